/// Something in a store that a person can name: a run of the program, the last result of a task, or a blob.
public enum StoreSubject: Sendable, Equatable {
    case run(Int64)
    case task(String, key: Digest)
    case blob(Digest)
}

extension StoreSubject: CustomStringConvertible {
    /// The word by which it is listed, and found again.
    public var description: String {
        switch self {
        case .run(let number): "run \(number)"
        case .task(let name, _): "task \(name)"
        case .blob(let digest): "blob \(digest)"
        }
    }
}
