import GRDB

/// A result of a run that a later run recomputed. The later one is stored.
public struct RemadeResult: Sendable, Equatable {
    public let key: Digest
    public let task: String
    /// The run whose result was current when the run in question ended; nil if the history does not say.
    public let formerRun: Int64?
    /// The run whose result is stored.
    public let latterRun: Int64
    /// True if both results are equal, by the digests in the history; nil if the earlier one is unknown.
    public let isEqual: Bool?
}

extension ContentStore {
    /// The results of a run that were recomputed after its end, such as after their blobs were collected.
    ///
    /// - Parameter keys: action keys of the run's tasks and of everything they depend on.
    public func remadeResults(since run: Int64, _ keys: [Digest]) throws(StoreError) -> [RemadeResult] {
        try database.read { database in
            guard
                let end = try database.identifier(
                    "SELECT max(position) FROM chain WHERE kind = ? AND row = ?",
                    [HistoryKind.execution.rawValue, run])
            else { return [] }
            let entries = try Self.resultEntries(database)
            var remade: [RemadeResult] = []
            for key in keys {
                let attempts = try Self.successes(of: key, database)
                guard let current = attempts.first, let entry = entries[current.job], entry.position > end else {
                    continue
                }
                let former = attempts.first { entries[$0.job].map { $0.position <= end } ?? false }
                let result = former.flatMap { $0.isImported ? nil : entries[$0.job]?.result }
                remade.append(
                    RemadeResult(
                        key: key, task: current.task, formerRun: former?.execution, latterRun: current.execution,
                        isEqual: result.map { $0 == entry.result }))
            }
            return remade
        }
    }

    private struct Success {
        let job, execution: Int64
        let task: String
        let isImported: Bool
    }

    /// The last entries about successful attempts.
    private static func resultEntries(_ database: Database) throws -> [Int64: (position: Int64, result: Digest)] {
        let entries = try database.map(
            "SELECT row, position, result FROM chain WHERE kind = ? AND result IS NOT NULL ORDER BY position",
            HistoryKind.job.rawValue
        ) { ($0.integer(0), (position: $0.integer(1), result: try $0.digest(2))) }
        return Dictionary(entries) { _, last in last }
    }

    /// The successful attempts at an action. The first one, the latest, is current.
    private static func successes(of key: Digest, _ database: Database) throws -> [Success] {
        try database.rows(
            """
            SELECT job.id, job.execution, job.task, EXISTS (SELECT 1 FROM origin WHERE origin.job = job.id) FROM job
            WHERE job.action = (SELECT id FROM action WHERE key = ?) AND job.status = 'succeeded' ORDER BY job.attempt DESC
            """, [key.column]
        ).map { Success(job: $0[0], execution: $0[1], task: $0[2], isImported: $0[3]) }
    }
}
