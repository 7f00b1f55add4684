/// What became of a committed job record.
public enum CommitOutcome: Sendable, Equatable {
    /// The result is now the action's.
    case published
    /// Recorded in the history only: the attempt failed or was cancelled.
    case recorded
    /// A late or doubled attempt: recorded in the ledger, its result ignored.
    case discarded(reason: String)
}
