/// A file that cannot be imported as a backbone.
public enum BackboneError: Error, Equatable, Sendable, CustomStringConvertible {
    case missing(String)
    /// The file is in none of the supported formats.
    case unknownFormat(String)
    case damaged(String, what: String)
    /// The file may be valid, but uses features that the import does not support.
    case unsupported(String, what: String, remedy: String)

    public var description: String {
        switch self {
        case .missing(let name): "\(name): no such file; expected the path of a .pth or .onnx file"
        case .unknownFormat(let name):
            "\(name) is not a backbone: expected an ONNX file, or the .pth of an EfficientNet-Lite; export the network to ONNX"
        case .damaged(let name, let what): "\(name) is damaged: \(what); download it again"
        case .unsupported(let name, let what, let remedy): "\(name) cannot be used: \(what); \(remedy)"
        }
    }
}
