/// Why a task has to run.
public enum RunReason: Sendable, Equatable {
    case neverRan
    /// The result is known, but the blob of this output, or of a blob it refers to, is gone.
    case outputMissing(String)
    case differs(KeyDifference)
    /// Nothing differs from the last success, yet that result is not usable, as its stage declares other outputs now.
    case resultUnusable
}

extension RunReason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .neverRan: "it never ran"
        case .outputMissing(let name): "its output \(name) is missing from the store"
        case .differs(let difference): difference.description
        case .resultUnusable: "its stage declares other outputs than it did"
        }
    }
}
