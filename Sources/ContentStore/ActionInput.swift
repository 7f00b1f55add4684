/// A named input of an action, by content.
public struct ActionInput: Sendable, Hashable {
    public let name: String
    public let digest: Digest

    public init(name: String, digest: Digest) {
        self.name = name
        self.digest = digest
    }
}
