/// What became of the tasks of a run, so far.
public struct TaskCounts: Sendable, Equatable {
    public var total: Int
    /// Ran and succeeded.
    public var run: Int
    public var cached: Int
    public var failed: Int
    /// Did not start.
    public var skipped: Int
    /// Until the end of the run, by measured durations; `nil` where nothing was measured.
    public var remainingSeconds: Double?

    public init(
        total: Int, run: Int = 0, cached: Int = 0, failed: Int = 0, skipped: Int = 0, remainingSeconds: Double? = nil
    ) {
        self.remainingSeconds = remainingSeconds
        (self.total, self.run, self.cached, self.failed, self.skipped) = (total, run, cached, failed, skipped)
    }
}
