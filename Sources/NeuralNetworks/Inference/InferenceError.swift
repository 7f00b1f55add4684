/// Why a network cannot be run.
public enum InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownTap(String, known: [String])
    case unsoundNode(String, reason: String)
    case unsoundGraph(reason: String)
    case imageTooSmall(height: Int, width: Int, node: String)
    case tooLarge(height: Int, width: Int, node: String)
    case wrongImage(values: Int, expected: Int)

    public var description: String {
        switch self {
        case .unknownTap(let name, let known):
            "the network has no tap \"\(name)\"; it has \(known.map { "\"\($0)\"" }.joined(separator: ", "))"
        case .unsoundNode(let name, let reason): "node \"\(name)\" of the network: \(reason)"
        case .unsoundGraph(let reason): "the network cannot be run: \(reason)"
        case .imageTooSmall(let height, let width, let node):
            "images of \(width) x \(height) pixels are too small for the network: nothing is left at node \"\(node)\"; "
                + "give larger ones"
        case .tooLarge(let height, let width, let node):
            "images of \(width) x \(height) pixels are too large for the network: at node \"\(node)\" a map has more than "
                + "\(InferenceGraph.maximumValues) values; give smaller ones"
        case .wrongImage(let values, let expected):
            "an image has \(values) values, expected \(expected): channels x height x width"
        }
    }
}
