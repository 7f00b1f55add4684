/// Why a file is not taken as a backbone.
public enum BackboneError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing(String)
    /// Neither of the formats that can be read.
    case unknownFormat(String)
    case damaged(String, what: String)
    /// Sound perhaps, but of a kind that this program does not read.
    case unsupported(String, what: String, remedy: String)

    public var description: String {
        switch self {
        case .missing(let name): "\(name): no such file; expected the path of a .pth or .onnx file"
        case .unknownFormat(let name):
            "\(name) is no backbone: expected an ONNX file, or the .pth of an EfficientNet-Lite; export the network to ONNX"
        case .damaged(let name, let what): "\(name) is damaged: \(what); get it again"
        case .unsupported(let name, let what, let remedy): "\(name) cannot be used: \(what); \(remedy)"
        }
    }
}
