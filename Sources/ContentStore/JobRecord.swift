/// How one attempt at an action ended, with its result if it succeeded: what a commit writes.
public struct JobRecord: Sendable {
    public enum Outcome: Sendable {
        case succeeded(ActionResult)
        /// The reason in words.
        case failed(String, FailureClass = .failed)
        case cancelled
    }

    public let key: ActionKey
    public let attempt: Attempt
    /// The task that asked for the action, for the history.
    public let task: String
    public let outcome: Outcome
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    public let durationSeconds: Double
    /// What the stage wrote for people.
    public let log: String

    public init(
        key: ActionKey, attempt: Attempt, task: String, outcome: Outcome, startedAt: Int64, durationSeconds: Double,
        log: String = ""
    ) {
        self.key = key
        self.attempt = attempt
        self.task = task
        self.outcome = outcome
        self.startedAt = startedAt
        self.durationSeconds = durationSeconds
        self.log = log
    }
}
