/// What a garbage collection removed.
public struct CollectionSummary: Sendable, Equatable {
    public var blobs = 0
    public var sizeBytes = 0
    /// Blobs that were used since the plan was made, and so stayed.
    public var spared = 0
}
