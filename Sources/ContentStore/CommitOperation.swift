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
    case sourceFile(key: String, signature: FileSignature, readAt: Int64, digest: Digest)
    /// Nothing: its completion tells that everything before it has been written.
    case barrier
    case ledger(kind: String, digest: Digest, text: String, recordedAt: Int64)

    /// Why it must not be written, where it relies on one of these blobs.
    func fault(in lost: [Digest: StoreError]) -> StoreError? {
        switch self {
        case .endJob(let record, _), .unclaimedJob(let record, _):
            guard case .succeeded(let result) = record.outcome else { return nil }
            return (result.outputs.map(\.digest) + result.references).lazy.compactMap { lost[$0] }.first
        // Whoever waits for all that was put may rely on any of it.
        case .barrier: return lost.min { $0.key < $1.key }?.value
        default: return nil
        }
    }
}
