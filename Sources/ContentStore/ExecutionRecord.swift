/// One run of the program, from the history.
public struct ExecutionRecord: Sendable, Equatable {
    public let number: Int64
    public let command: String
    public let versions: String
    public let host: String
    public let process: ProcessIdentity
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    /// `nil` while running and when interrupted.
    public let finishedAt: Int64?
    /// running, succeeded, failed, cancelled, or interrupted: its process died.
    public let outcome: String
    /// `nil` for runs that were recorded by version 1 of the schema, or died before they noted any.
    public let counts: TaskCounts?

    public var isRunning: Bool { outcome == "running" }
}
