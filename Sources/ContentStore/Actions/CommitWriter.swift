import GRDB
import Synchronization

/// An entry of the committer's queue. Entries are written in queue order.
enum CommitOperation: Sendable {
    case counts(execution: Int64, TaskCounts)
    case waiting(Bool, execution: Int64, task: String, action: Digest, since: Int64)
    case endExecution(
        id: Int64, outcome: ExecutionOutcome, counts: TaskCounts?, keys: TaskKeys?, finishedAt: Int64)
    case beginJob(key: ActionKey, attempt: Attempt, execution: Int64, task: String, startedAt: Int64)
    case endJob(JobRecord, execution: Int64)
    /// The attempt number is assigned on writing.
    case unclaimedJob(JobRecord, execution: Int64)
    case sourceFile(key: String, signature: FileSignature, readAt: Int64, digest: Digest)
    /// Writes nothing; its completion means that all earlier entries are written.
    case barrier
    case ledger(kind: String, digest: Digest, text: String, recordedAt: Int64)

    /// The reason not to write this entry, if it depends on one of these lost blobs.
    func fault(in lost: [Digest: StoreError]) -> StoreError? {
        switch self {
        case .endJob(let record, _), .unclaimedJob(let record, _):
            guard case .succeeded(let result) = record.outcome else { return nil }
            return (result.outputs.map(\.digest) + result.references).lazy.compactMap { lost[$0] }.first
        // The waiting caller may depend on any blob.
        case .barrier: return lost.min { $0.key < $1.key }?.value
        default: return nil
        }
    }
}

/// Writes queued operations as rows, in the committer's transaction.
final class CommitWriter: Sendable {
    /// A cache of row identifiers, so that values shared by many tasks are looked up once.
    struct KnownRows: Sendable {
        var artifacts: [Digest: Int64] = [:]
        /// Keyed by the digest of name and value: equal texts may differ in their bytes.
        var keyParts: [Digest: Int64] = [:]
        /// Changes with every transaction of another connection, which invalidates this cache.
        var dataVersion: Int64?
    }

    private static let knownRowsLimit = 4096
    private let known = Mutex(KnownRows())

    /// Clears the cache; must be called after a rollback.
    func forget() { known.withLock { $0 = KnownRows() } }

    func write(_ operations: [CommitOperation], _ database: Database) throws -> [CommitOutcome] {
        var rows = known.withLock { rows in
            defer { rows = KnownRows() }
            return rows
        }
        let dataVersion = try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version"))
        if rows.dataVersion != dataVersion { rows = KnownRows(dataVersion: dataVersion) }
        var durations: [String: [Double]] = [:]
        var outcomes: [CommitOutcome] = []
        for operation in operations {
            if rows.artifacts.count > Self.knownRowsLimit { rows.artifacts = [:] }
            if rows.keyParts.count > Self.knownRowsLimit { rows.keyParts = [:] }
            let outcome = try write(operation, database, &rows)
            outcomes.append(outcome)
            guard outcome == .published else { continue }
            switch operation {
            case .endJob(let record, _), .unclaimedJob(let record, _):
                durations[record.key.stage, default: []].append(record.durationSeconds)
            default: break
            }
        }
        for stage in durations.keys.sorted() { try database.recordDurations(durations[stage]!, of: stage) }
        known.withLock { [rows] in $0 = rows }
        return outcomes
    }

    private func write(
        _ operation: CommitOperation, _ database: Database, _ rows: inout KnownRows
    ) throws -> CommitOutcome {
        switch operation {
        case .counts(let execution, let counts): try database.note(counts, execution)
        case .waiting(let isWaiting, let execution, let task, let action, let since):
            try database.note(waiting: isWaiting, execution, task, action, since)
        case .endExecution(let id, let outcome, let counts, let keys, let finishedAt):
            try database.endExecution(id, outcome, counts, keys, finishedAt)
        case .beginJob(let key, let attempt, let execution, let task, let startedAt):
            let action = try database.actionRow(key, &rows)
            try database.run(
                """
                INSERT INTO job (action, attempt, execution, task, status, startedAt)
                VALUES (?, ?, ?, ?, 'running', ?) ON CONFLICT DO NOTHING
                """, [action, attempt.number, execution, task, startedAt])
        case .endJob(let record, let execution):
            return try database.end(record, execution, &rows)
        case .unclaimedJob(let record, let execution):
            return try database.endUnclaimed(record, execution, &rows)
        case .sourceFile(let key, let signature, let readAt, let digest):
            try database.run(
                """
                INSERT OR REPLACE INTO sourceFile
                    (path, sizeBytes, modifiedAt, changedAt, inode, device, readAt, digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    key, signature.sizeBytes, signature.modifiedNanoseconds, signature.changedNanoseconds,
                    signature.inode, signature.device, readAt, digest.column,
                ])
        case .barrier: break
        case .ledger(let kind, let digest, let text, let recordedAt):
            try database.note(kind, digest, text, recordedAt)
        }
        return .recorded
    }
}
