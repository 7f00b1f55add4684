import GRDB

/// One attempt at an action.
public struct JobSummary: Sendable, Equatable {
    public let action: Digest
    public let attempt: Int
    /// The number of the run.
    public let execution: Int64
    /// running, succeeded, failed, cancelled, discarded (late or duplicate) or abandoned (its process died).
    public let status: String
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    /// Nil for a running or abandoned attempt.
    public let durationSeconds: Double?
    public let log: String
    /// The class of a failed attempt: failed, killed, timedOut, outOfMemory, lost or refused.
    public let failure: String?
}

/// A fault that the store noticed and handled.
public struct LedgerEntry: Sendable, Equatable {
    /// Nanoseconds since 1970.
    public let recordedAt: Int64
    /// damaged (a blob), discarded (a late or duplicate attempt), differs (an action gave another result than before).
    public let kind: String
    /// The digest of the blob or of the action key.
    public let digest: Digest
    public let text: String
}

extension ContentStore {
    /// The key of the task's last successful attempt; nil if it never succeeded.
    public func lastKey(ofTask task: String) throws(StoreError) -> RecordedKey? {
        try database.read { database in
            try database.identifier(
                "SELECT action FROM job WHERE task = ? AND status = 'succeeded' ORDER BY id DESC LIMIT 1", [task]
            ).flatMap { try Self.recordedKey($0, database) }
        }
    }

    /// The key of an action; nil without any recorded attempt.
    public func recordedKey(_ action: Digest) throws(StoreError) -> RecordedKey? {
        try database.read { database in
            try database.identifier("SELECT id FROM action WHERE key = ?", [action.column])
                .flatMap { try Self.recordedKey($0, database) }
        }
    }

    /// The task that made a blob as an output: the one of this run, or else the last one.
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

    /// The first task that made a blob as an output, and the key of its action.
    public func maker(of output: Digest) throws(StoreError) -> (task: String, key: RecordedKey)? {
        try database.read { database in
            let row = try database.row(
                """
                SELECT job.task, job.action FROM artifact
                    JOIN generatedBy ON generatedBy.artifact = artifact.id
                    JOIN action ON action.id = generatedBy.action
                    JOIN job ON job.id = action.job
                WHERE artifact.digest = ? ORDER BY action.id LIMIT 1
                """, [output.column])
            guard let row, let key = try Self.recordedKey(row[1], database) else { return nil }
            return (row[0], key)
        }
    }

    private static func recordedKey(_ action: Int64, _ database: Database) throws -> RecordedKey? {
        guard let row = try database.row("SELECT key, stage, version FROM action WHERE id = ?", [action]) else {
            return nil
        }
        return RecordedKey(
            digest: try Digest(row, 0), stage: row[1], version: row[2], parts: try database.keyParts(of: action),
            inputs: try database.inputs(of: action))
    }

    /// Every recorded attempt of a task, oldest first.
    public func jobs(ofTask task: String) throws(StoreError) -> [JobSummary] {
        try database.read { database in
            try database.rows(
                """
                SELECT action.key, job.attempt, job.execution, job.status, job.startedAt,
                    job.durationSeconds, job.log, job.failure
                FROM job JOIN action ON action.id = job.action WHERE job.task = ? ORDER BY job.id
                """, [task]
            ).map { row in
                JobSummary(
                    action: try Digest(row, 0), attempt: row[1], execution: row[2], status: row[3], startedAt: row[4],
                    durationSeconds: row[5], log: row[6], failure: row[7])
            }
        }
    }

    /// Seconds that the last successful attempt at each of these tasks took. Tasks without one are omitted.
    public func lastDurations(ofTasks tasks: [String]) throws(StoreError) -> [String: Double] {
        try database.read { database in
            let statement = try RawStatement(
                database,
                "SELECT durationSeconds FROM job WHERE task = ? AND status = 'succeeded' ORDER BY id DESC LIMIT 1")
            var durations: [String: Double] = [:]
            for task in tasks {
                defer { statement.reset() }
                statement.bind(1, task)
                if try statement.next() { durations[task] = statement.real(0) }
            }
            return durations
        }
    }

    /// The ledger of faults, oldest first.
    public func ledger() throws(StoreError) -> [LedgerEntry] {
        try database.read { database in
            try database.rows("SELECT recordedAt, kind, digest, text FROM ledger ORDER BY id").map {
                LedgerEntry(recordedAt: $0[0], kind: $0[1], digest: try Digest($0, 2), text: $0[3])
            }
        }
    }
}

extension Database {
    /// The key parts of an action, in order.
    func keyParts(of action: Int64) throws -> [RecordedKey.Part] {
        try rows(
            """
            SELECT keyPart.name, keyPart.readable, keyPart.digest
            FROM actionKeyPart JOIN keyPart ON keyPart.id = actionKeyPart.keyPart
            WHERE actionKeyPart.action = ? ORDER BY actionKeyPart.position
            """, [action]
        ).map { RecordedKey.Part(name: $0[0], readable: $0[1], digest: try Digest($0, 2)) }
    }

    /// The inputs of an action, in order.
    func inputs(of action: Int64) throws -> [ActionInput] {
        try rows(
            """
            SELECT used.name, artifact.digest FROM used JOIN artifact ON artifact.id = used.artifact
            WHERE used.action = ? ORDER BY used.position
            """, [action]
        ).map { ActionInput(name: $0[0], digest: try Digest($0, 1)) }
    }
}
