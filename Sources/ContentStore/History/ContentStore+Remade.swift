import GRDB

extension ContentStore {
    /// Which of the results of a run were made again after it had ended, such as after their blobs had been collected, and whether they
    /// came out the same.
    ///
    /// - Parameter keys: of the run's tasks and of what they were made from.
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

    /// The last entries about attempts that vouch for what these made.
    private static func resultEntries(_ database: Database) throws -> [Int64: (position: Int64, result: Digest)] {
        let statement = try RawStatement(
            database, "SELECT row, position, result FROM chain WHERE kind = ? AND result IS NOT NULL ORDER BY position")
        defer { statement.reset() }
        statement.bind(1, HistoryKind.job.rawValue)
        var entries: [Int64: (position: Int64, result: Digest)] = [:]
        while try statement.next() {
            entries[statement.integer(0)] = (statement.integer(1), try statement.digest(2))
        }
        return entries
    }

    /// The attempts at an action that succeeded, the last one first, which is the one that counts.
    private static func successes(of key: Digest, _ database: Database) throws -> [Success] {
        let statement = try RawStatement(
            database,
            """
            SELECT job.id, job.execution, job.task, EXISTS (SELECT 1 FROM origin WHERE origin.job = job.id) FROM job
            WHERE job.action = (SELECT id FROM action WHERE key = ?) AND job.status = 'succeeded' ORDER BY job.attempt DESC
            """)
        defer { statement.reset() }
        statement.bind(1, key)
        var successes: [Success] = []
        while try statement.next() {
            successes.append(
                Success(
                    job: statement.integer(0), execution: statement.integer(1), task: statement.text(2),
                    isImported: statement.integer(3) != 0))
        }
        return successes
    }
}
