/// One attempt at an action, from the history.
public struct JobSummary: Sendable, Equatable {
    public let action: Digest
    public let attempt: Int
    /// The number of the run of the program.
    public let execution: Int64
    /// running, succeeded, failed, cancelled, discarded (late or doubled) or abandoned (its process died).
    public let status: String
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    /// `nil` while running and when abandoned.
    public let durationSeconds: Double?
    public let log: String
    /// Of an attempt that failed: failed, killed, timedOut, outOfMemory, lost or refused.
    public let failure: String?
}
