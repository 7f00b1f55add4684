/// A task that an execution is busy with, or waits for, as others see it.
public struct RunningTask: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        case running
        /// Another execution computes the same action, for a task of its own; 0 and "" if that is not known yet.
        case waiting(holder: Int64, task: String)
    }

    public let task: String
    public let state: State
    /// Nanoseconds since 1970.
    public let since: Int64
    /// What a task of this stage takes, by measurement.
    public let expectedSeconds: Double?
}
