/// What `collect` may remove. Pinned and promoted results, and what a run that is under way uses, always stay.
public struct CollectionPolicy: Sendable, Equatable {
    /// Keep all results of the last so many runs of each job.
    public var keepRuns: Int?
    /// Keep what was used within so many seconds.
    public var keepUsedSeconds: Double?
    /// Remove no more than it takes to bring the store to this size, what is quickest to make again first.
    public var maximumBytes: Int?

    public init(keepRuns: Int? = nil, keepUsedSeconds: Double? = nil, maximumBytes: Int? = nil) {
        (self.keepRuns, self.keepUsedSeconds, self.maximumBytes) = (keepRuns, keepUsedSeconds, maximumBytes)
    }

    /// Without a rule, only what no result names is removed.
    var removesResults: Bool { keepRuns != nil || keepUsedSeconds != nil || maximumBytes != nil }
}
