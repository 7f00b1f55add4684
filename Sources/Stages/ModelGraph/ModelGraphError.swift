/// A reason why a model cannot become a graph.
package enum ModelGraphError: Error, Equatable, CustomStringConvertible {
    case frame(String)
    case foreground(String, kind: String)
    case program(String)
    case maps(String)
    case backbone(String)
    case tooLarge(String, bytes: Int)

    package var description: String {
        switch self {
        case .frame(let model):
            "\(model) cannot be exported to ONNX: it judges a frame around an object that it looks for in each image, "
                + "which no ONNX operators express; cut the object out first and train without image.frame, or use nominal score"
        case .foreground(let model, let kind):
            "\(model) cannot be exported to ONNX: its detector \"\(kind)\" leaves out the background of each image, which "
                + "no ONNX operators express; train with \"foreground\": false in \"detector\", or use nominal score"
        case .program(let model):
            "\(model) cannot be exported to ONNX: its detector is a program of the user, not a network; export the "
                + "network of that program, or use nominal score"
        case .maps(let model):
            "\(model) cannot be exported to ONNX: it consists of maps that another program wrote, and scores no other "
                + "image; export that program's model"
        case .backbone(let model):
            "\(model) cannot be exported to ONNX without its pretrained network; add the network to the store with "
                + "nominal backbones add, or pass the store that has it with --store"
        case .tooLarge(let model, let bytes):
            "\(model) cannot be exported to ONNX: the file would have \(bytes) bytes, expected at most 2147483647; train "
                + "with smaller images, fewer detector.gaussian.channels or fewer detector.memory.points"
        }
    }
}
