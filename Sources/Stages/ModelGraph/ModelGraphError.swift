/// A reason why a model cannot become a graph.
package enum ModelGraphError: Error, Equatable, CustomStringConvertible {
    case frame(String)
    case region(String)
    case foreground(String, kind: String)
    case program(String)
    case maps(String)
    case backbone(String)
    case tooLarge(String, bytes: Int)
    case precision(String, kind: String)
    case fewImages(String, found: Int, expected: Int)
    case verdicts(String, changed: Int, images: Int)

    package var description: String {
        switch self {
        case .frame(let model):
            "\(model) cannot be exported to ONNX: it judges a frame around an object that it looks for in each image, "
                + "which no ONNX operators express; cut the object out first and train without image.frame, or use nominal score"
        case .region(let model):
            "\(model) cannot be exported to ONNX: it judges a region of interest, for which there is no graph; crop the "
                + "images first and train without image.region, or use nominal score"
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
        case .precision(let model, let kind):
            "\(model) cannot be exported with --precision int8: its detector is \"\(kind)\", expected "
                + "\"\(AutoencoderKind.name)\", whose network is known; export it without --precision"
        case .fewImages(let folder, let found, let expected):
            "\(folder): \(found) images, expected at least \(expected) normal ones, from which the ranges of 8-bit numbers "
                + "are measured; add images, or export without --precision"
        case .verdicts(let model, let changed, let images):
            "\(model) cannot be exported with --precision int8: \(changed) of \(images) verdicts change, expected at most "
                + "0.5 %; export it without --precision, or move the threshold away from the scores with nominal models threshold"
        case .tooLarge(let model, let bytes):
            "\(model) cannot be exported to ONNX: the file would have \(bytes) bytes, expected at most 2147483647; train "
                + "with smaller images, fewer detector.gaussian.channels or fewer detector.memory.points"
        }
    }
}
