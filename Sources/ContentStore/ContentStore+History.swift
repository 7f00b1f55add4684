import GRDB

extension ContentStore {
    /// The key of the last successful attempt that ran for a task, readable; `nil` when it never succeeded.
    public func lastKey(ofTask task: String) throws(StoreError) -> RecordedKey? {
        try database.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT action FROM job WHERE task = ? AND status = 'succeeded' ORDER BY id DESC LIMIT 1")
            statement.setUncheckedArguments([task])
            return try Int64.fetchOne(statement).flatMap { try Self.recordedKey($0, database) }
        }
    }

    /// The key of an action, readable; `nil` when no attempt at it was ever recorded.
    public func recordedKey(_ action: Digest) throws(StoreError) -> RecordedKey? {
        try database.read { database in
            try database.identifier("SELECT id FROM action WHERE key = ?", [action.column])
                .flatMap { try Self.recordedKey($0, database) }
        }
    }

    /// The task that made a blob as one of its outputs, in this run if it did, else the last one to do so.
    public func producer(of output: Digest, execution: Int64) throws(StoreError) -> String? {
        try database.read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT job.task FROM artifact
                        JOIN generatedBy ON generatedBy.artifact = artifact.id
                        JOIN job ON job.action = generatedBy.action AND job.status = 'succeeded'
                    WHERE artifact.digest = ? ORDER BY job.execution = ? DESC, job.id DESC LIMIT 1
                    """, arguments: [output.column, execution])
        }
    }

    /// The task that made a blob as one of its outputs, and the key of its action; of several, the first that did.
    public func maker(of output: Digest) throws(StoreError) -> (task: String, key: RecordedKey)? {
        try database.read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT job.task, job.action FROM artifact
                        JOIN generatedBy ON generatedBy.artifact = artifact.id
                        JOIN action ON action.id = generatedBy.action
                        JOIN job ON job.id = action.job
                    WHERE artifact.digest = ? ORDER BY action.id LIMIT 1
                    """, arguments: [output.column])
            guard let row, let key = try Self.recordedKey(row[1], database) else { return nil }
            return (row[0], key)
        }
    }

    private static func recordedKey(_ action: Int64, _ database: Database) throws -> RecordedKey? {
        let row = try Row.fetchOne(
            database, sql: "SELECT key, stage, version FROM action WHERE id = ?", arguments: [action])
        guard let row else { return nil }
        let parts = try Row.fetchAll(
            database,
            sql: """
                SELECT keyPart.name, keyPart.readable, keyPart.digest
                FROM actionKeyPart JOIN keyPart ON keyPart.id = actionKeyPart.keyPart
                WHERE actionKeyPart.action = ? ORDER BY actionKeyPart.position
                """, arguments: [action]
        ).map { RecordedKey.Part(name: $0[0], readable: $0[1], digest: try Digest($0, 2)) }
        let inputs = try Row.fetchAll(
            database,
            sql: """
                SELECT used.name, artifact.digest FROM used JOIN artifact ON artifact.id = used.artifact
                WHERE used.action = ? ORDER BY used.position
                """, arguments: [action]
        ).map { ActionInput(name: $0[0], digest: try Digest($0, 1)) }
        return RecordedKey(
            digest: try Digest(row, 0), stage: row[1], version: row[2], parts: parts, inputs: inputs)
    }

    /// Every attempt recorded for a task, oldest first.
    public func jobs(ofTask task: String) throws(StoreError) -> [JobSummary] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT action.key, job.attempt, job.execution, job.status, job.startedAt,
                        job.durationSeconds, job.log, job.failure
                    FROM job JOIN action ON action.id = job.action WHERE job.task = ? ORDER BY job.id
                    """, arguments: [task]
            ).map { row in
                JobSummary(
                    action: try Digest(row, 0), attempt: row[1], execution: row[2], status: row[3], startedAt: row[4],
                    durationSeconds: row[5], log: row[6], failure: row[7])
            }
        }
    }

    /// What went wrong with blobs and attempts, oldest first, each with what it is about.
    public func ledger() throws(StoreError) -> [LedgerEntry] {
        try database.read { database in
            try Row.fetchAll(database, sql: "SELECT recordedAt, kind, digest, text FROM ledger ORDER BY id").map {
                LedgerEntry(recordedAt: $0[0], kind: $0[1], digest: try Digest($0, 2), text: $0[3])
            }
        }
    }
}
