/// What a bundle holds, and what an import made of it.
public struct BundleSummary: Sendable, Equatable {
    /// What was exported, such as "run 12".
    public let subject: String
    public let actions: Int
    public let blobs: Int
    public let sizeBytes: Int
    /// Of an import: blobs that the store did not have.
    public var newBlobs = 0
    /// Of an import: results that the store did not have.
    public var newResults = 0
}
