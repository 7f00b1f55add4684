/// A named file that an action made, by content.
public struct ActionOutput: Sendable, Hashable {
    public let name: String
    public let digest: Digest
    public let sizeBytes: Int

    public init(name: String, digest: Digest, sizeBytes: Int) {
        self.name = name
        self.digest = digest
        self.sizeBytes = sizeBytes
    }
}
