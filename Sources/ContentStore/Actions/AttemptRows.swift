import GRDB

/// Rows of attempts, of the ledger and of measured durations. Statements are prepared once per connection.
extension Database {
    package func run(_ sql: String, _ arguments: StatementArguments) throws {
        try prepared(sql, arguments).execute()
    }

    package func identifier(_ sql: String, _ arguments: StatementArguments) throws -> Int64? {
        try Int64.fetchOne(prepared(sql, arguments))
    }

    func identifiers(_ sql: String, _ arguments: StatementArguments = []) throws -> [Int64] {
        try Int64.fetchAll(prepared(sql, arguments))
    }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(prepared(sql, arguments))
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(prepared(sql, arguments))
    }

    func prepared(_ sql: String, _ arguments: StatementArguments) throws -> Statement {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        return statement
    }

    /// The number of the last recorded attempt at an action; 0 without one.
    func lastAttempt(at key: Digest) throws -> Int {
        let statement = try RawStatement(
            self, "SELECT max(attempt) FROM job WHERE action = (SELECT id FROM action WHERE key = ?)")
        defer { statement.reset() }
        statement.bind(1, key)
        // A number edited by hand may be any; the next one has to exist.
        return try statement.next() ? Int(min(statement.integer(0), 1 << 62)) : 0
    }

    /// Ends a job: publishes its result if no later attempt exists, else discards it.
    func end(_ record: JobRecord, _ execution: Int64, _ rows: inout CommitWriter.KnownRows) throws -> CommitOutcome {
        let action = try actionRow(record.key, &rows)
        let (status, text, failure): (String, String?, FailureClass?) =
            switch record.outcome {
            case .succeeded: ("succeeded", nil, nil)
            case .failed(let reason, let failure): ("failed", reason, failure)
            case .cancelled: ("cancelled", nil, nil)
            }
        let log = [record.log, text ?? ""].filter { !$0.isEmpty }.joined(separator: "\n")
        if let reason = try obstacle(action, record.attempt) {
            try note(
                "discarded", record.key.digest, "attempt \(record.attempt.number) of \(record.task): \(reason)",
                record.startedAt)
            try run(
                """
                UPDATE job SET status = 'discarded', durationSeconds = ?, log = ?
                WHERE action = ? AND attempt = ? AND status IN ('running', 'abandoned')
                """, [max(record.durationSeconds, 0), log, action, record.attempt.number])
            if changesCount > 0, let job = try job(action, record.attempt) { try link(.job, job) }
            return .discarded(reason: reason)
        }
        try run(
            """
            INSERT INTO job (action, attempt, execution, task, status, startedAt, durationSeconds, log, failure)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (action, attempt) DO UPDATE SET
                status = excluded.status, durationSeconds = excluded.durationSeconds, log = excluded.log,
                failure = excluded.failure
            """,
            [
                action, record.attempt.number, execution, record.task, status, record.startedAt,
                max(record.durationSeconds, 0), log, failure?.rawValue,
            ])
        guard let job = try job(action, record.attempt) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an attempt was not written")
        }
        guard case .succeeded(let result) = record.outcome else {
            try link(.job, job)
            return .recorded
        }
        try publish(result, by: job, of: action, record, &rows)
        try link(.job, job, action: action)
        return .published
    }

    private func job(_ action: Int64, _ attempt: Attempt) throws -> Int64? {
        try identifier("SELECT id FROM job WHERE action = ? AND attempt = ?", [action, attempt.number])
    }

    /// Ends a job without a claim, under the next free number, unless the result is published already.
    func endUnclaimed(
        _ record: JobRecord, _ execution: Int64, _ rows: inout CommitWriter.KnownRows
    ) throws -> CommitOutcome {
        let action = try actionRow(record.key, &rows)
        if case .succeeded(let result) = record.outcome, try isPublished(result, action) { return .recorded }
        let last = min(try identifier("SELECT max(attempt) FROM job WHERE action = ?", [action]) ?? 0, 1 << 62)
        let numbered = JobRecord(
            key: record.key, attempt: Attempt(action: record.attempt.action, number: Int(last) + 1), task: record.task,
            outcome: record.outcome, startedAt: record.startedAt, durationSeconds: record.durationSeconds,
            log: record.log)
        return try end(numbered, execution, &rows)
    }

    private func isPublished(_ result: ActionResult, _ action: Int64) throws -> Bool {
        guard try identifier("SELECT job FROM action WHERE id = ?", [action]) != nil else { return false }
        return try outputs(of: action).elementsEqual(result.outputs) { $0.name == $1.name && $0.digest == $1.digest }
    }

    /// The reason to discard this attempt: it has already ended, or a later one exists.
    private func obstacle(_ action: Int64, _ attempt: Attempt) throws -> String? {
        let last = try row(
            "SELECT attempt, status FROM job WHERE action = ? AND attempt >= ? ORDER BY attempt DESC LIMIT 1",
            [action, attempt.number])
        guard let row = last else { return nil }
        let (latest, status): (Int, String) = (row[0], row[1])
        if latest > attempt.number { return "attempt \(latest) has superseded it" }
        return status == "running" ? nil : "this attempt has already ended as \(status)"
    }

    func note(_ kind: String, _ digest: Digest, _ text: String, _ recordedAt: Int64) throws {
        try run(
            "INSERT INTO ledger (recordedAt, kind, digest, text) VALUES (?, ?, ?, ?)",
            [recordedAt, kind, digest.column, text])
        try link(.fault, lastInsertedRowID)
    }

    /// Updates the moving average of a stage. Recent runs dominate, because machines and data change.
    func recordDurations(_ seconds: [Double], of stage: String) throws {
        let mean = seconds.reduce(0, +) / Double(seconds.count)
        try run(
            """
            INSERT INTO stageDuration (stage, samples, seconds) VALUES (?, ?, ?)
            ON CONFLICT (stage) DO UPDATE SET
                samples = samples + excluded.samples, seconds = 0.7 * seconds + 0.3 * excluded.seconds
            """, [stage, seconds.count, max(mean, 0)])
    }
}
