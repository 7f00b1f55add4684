/// One entry in the committer's queue. Entries are written in the order in which they were queued.
enum CommitOperation: Sendable {
    case counts(execution: Int64, TaskCounts)
    case waiting(Bool, execution: Int64, task: String, action: Digest, since: Int64)
    case endExecution(
        id: Int64, outcome: ExecutionOutcome, counts: TaskCounts?, keys: TaskKeys?, finishedAt: Int64)
    case beginJob(key: ActionKey, attempt: Attempt, execution: Int64, task: String, startedAt: Int64)
    case endJob(JobRecord, execution: Int64)
    /// The attempt gets its number when it is written.
    case unclaimedJob(JobRecord, execution: Int64)
    case sourceFile(path: String, signature: FileSignature, readAt: Int64, digest: Digest)
    /// Nothing: its completion tells that everything before it has been written.
    case barrier
    case ledger(kind: String, digest: Digest, text: String, recordedAt: Int64)
}
