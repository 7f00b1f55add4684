import GRDB
import Synchronization

/// Turns queued operations into rows, inside the committer's transaction.
final class CommitWriter: Sendable {
    /// Row identifiers seen lately, so that what many tasks share is looked up once.
    struct KnownRows: Sendable {
        var artifacts: [Digest: Int64] = [:]
        /// By the digest of name and value: equal texts need not have equal bytes.
        var keyParts: [Digest: Int64] = [:]
        /// Changes with every transaction of another connection, which may have removed what is known here.
        var dataVersion: Int64?
    }

    private static let knownRowsLimit = 4096
    private let known = Mutex(KnownRows())

    /// Forgets row identifiers; to be called after a transaction was rolled back.
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
