import GRDB

extension Database {
    /// Adds an action and its result from a bundle. Returns false if the store has a result, which is kept.
    func add(
        _ action: BundleContents.Action, _ execution: Int64, _ rows: BundleRows, now: Int64
    ) throws -> Bool {
        let row = try bundledRow(of: action, rows)
        if try identifier("SELECT job FROM action WHERE id = ?", [row]) != nil {
            if try outputs(of: row).map(\.digest) != action.outputs.map(\.digest) {
                try note("differs", action.key, "a bundle has other outputs of \(action.task); they were ignored", now)
            }
            return false
        }
        let attempt = try identifier("SELECT coalesce(max(attempt), 0) + 1 FROM job WHERE action = ?", [row])
        try run(
            """
            INSERT INTO job (action, attempt, execution, task, status, startedAt, durationSeconds, log)
            VALUES (?, ?, ?, ?, 'succeeded', ?, ?, 'imported')
            """, [row, attempt, execution, action.task, now, action.durationSeconds])
        let job = lastInsertedRowID
        let result = ActionResult(
            outputs: action.outputs, references: action.references, warnings: action.warnings)
        try setResult(result, by: job, of: row) { digest, sizeBytes in
            try sizeBytes.map { try bundledRow(of: digest, sizeBytes: $0) } ?? rows.artifact(digest, self)
        }
        try link(.job, job, action: row)
        try run(
            "INSERT INTO origin (job, run, startedAt, versions, processor) VALUES (?, ?, ?, ?, ?)",
            [job, action.made?.run, action.made?.startedAt, action.made?.versions, action.made?.processor])
        try link(.origin, job)
        return true
    }

    private func bundledRow(of action: BundleContents.Action, _ rows: BundleRows) throws -> Int64 {
        if let known = try identifier("SELECT id FROM action WHERE key = ?", [action.key.column]) { return known }
        try run(
            "INSERT INTO action (key, stage, version) VALUES (?, ?, ?)",
            [action.key.column, action.stage, action.version])
        let row = lastInsertedRowID
        let parts = try RawStatement(self, "INSERT INTO actionKeyPart (action, position, keyPart) VALUES (?, ?, ?)")
        for (position, keyPart) in (rows.parts[action.key] ?? []).enumerated() {
            parts.bind(1, row)
            parts.bind(2, Int64(position))
            parts.bind(3, keyPart)
            try parts.run()
        }
        for source in action.sources {
            try run(
                """
                INSERT INTO source (action, keyPart, role, artifact)
                SELECT action, keyPart, ?, ? FROM actionKeyPart WHERE action = ? AND position = ?
                ON CONFLICT DO NOTHING
                """, [source.role, rows.artifact(source.digest, self), row, source.part])
        }
        for (position, input) in action.inputs.enumerated() {
            try run(
                "INSERT INTO used (action, position, name, artifact) VALUES (?, ?, ?, ?)",
                [row, position, input.name, rows.artifact(input.digest, self)])
        }
        return row
    }

    /// The row of a content, inserted if missing.
    func bundledRow(of digest: Digest, sizeBytes: Int?) throws -> Int64 {
        try run(
            """
            INSERT INTO artifact (digest, sizeBytes) VALUES (?, ?)
            ON CONFLICT (digest) DO UPDATE SET sizeBytes = coalesce(sizeBytes, excluded.sizeBytes)
            """, [digest.column, sizeBytes])
        guard let row = try identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a content was not written")
        }
        return row
    }
}

/// Cached rows of contents and key parts; rows are never removed from a store.
struct BundleRows: Sendable {
    private var artifacts: [Digest: Int64] = [:]
    /// Key parts of an action, in order.
    var parts: [Digest: [Int64]] = [:]

    /// Looks up or adds a content, once.
    mutating func add(_ digest: Digest, _ database: Database) throws {
        if artifacts[digest] == nil { artifacts[digest] = try database.bundledRow(of: digest, sizeBytes: nil) }
    }

    /// The row of a content.
    func artifact(_ digest: Digest, _ database: Database) throws -> Int64 {
        try artifacts[digest] ?? database.bundledRow(of: digest, sizeBytes: nil)
    }
}
