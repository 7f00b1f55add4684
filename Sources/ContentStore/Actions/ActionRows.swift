import GRDB

/// Rows of actions and of what they use and make.
extension Database {
    /// The row of an action; made, with its key parts and inputs, when it is new.
    func actionRow(_ key: ActionKey, _ rows: inout CommitWriter.KnownRows) throws -> Int64 {
        if let known = try identifier("SELECT id FROM action WHERE key = ?", [key.digest.column]) { return known }
        try run(
            "INSERT INTO action (key, stage, version) VALUES (?, ?, ?)", [key.digest.column, key.stage, key.version])
        let action = lastInsertedRowID
        try describe(action, by: key, &rows)
        return action
    }

    /// Writes down the key parts, sources and inputs of an action.
    private func describe(_ action: Int64, by key: ActionKey, _ rows: inout CommitWriter.KnownRows) throws {
        for (position, part) in key.parts.enumerated() {
            let keyPart = try keyPartRow(part, &rows)
            try run(
                "INSERT INTO actionKeyPart (action, position, keyPart) VALUES (?, ?, ?)", [action, position, keyPart])
            for (role, digest) in part.value.digests {
                // Of two parts of one name inside a record, the first counts.
                try run(
                    "INSERT INTO source (action, keyPart, role, artifact) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    [action, keyPart, role, artifactRow(digest, nil, &rows)])
            }
        }
        let insertion = try RawStatement(
            self, "INSERT INTO used (action, position, name, artifact) VALUES (?, ?, ?, ?)")
        for (position, input) in key.inputs.enumerated() {
            insertion.bind(1, action)
            insertion.bind(2, Int64(position))
            insertion.bind(3, input.name)
            insertion.bind(4, try artifactRow(input.digest, nil, &rows))
            try insertion.run()
        }
    }

    /// Replaces a bundle's description of an action when this store has performed it.
    private func describeAgain(_ action: Int64, by key: ActionKey, _ rows: inout CommitWriter.KnownRows) throws {
        for table in ["actionKeyPart", "source", "used"] {
            try run("DELETE FROM \(table) WHERE action = ?", [action])
        }
        try run("UPDATE action SET stage = ?, version = ? WHERE id = ?", [key.stage, key.version, action])
        try describe(action, by: key, &rows)
    }

    /// Replaces the result of an action. A different result from the same key is noted in the ledger.
    ///
    /// - Parameter job: the row of the attempt.
    func publish(
        _ result: ActionResult, by job: Int64, of action: Int64, _ record: JobRecord,
        _ rows: inout CommitWriter.KnownRows
    ) throws {
        let former = try outputs(of: action).map(\.digest)
        if !former.isEmpty && former != result.outputs.map(\.digest) {
            try note(
                "differs", record.key.digest, "attempt \(record.attempt.number) of \(record.task) gave other outputs",
                record.startedAt)
        }
        if let former = try identifier("SELECT job FROM action WHERE id = ?", [action]) {
            for table in ["generatedBy", "reference", "warning"] {
                try run("DELETE FROM \(table) WHERE action = ?", [action])
            }
            if try identifier("SELECT 1 FROM origin WHERE job = ?", [former]) != nil {
                try describeAgain(action, by: record.key, &rows)
            }
        }
        try setResult(result, by: job, of: action) { try artifactRow($0, $1, &rows) }
    }

    private func artifactRow(
        _ digest: Digest, _ sizeBytes: Int?, _ rows: inout CommitWriter.KnownRows
    ) throws -> Int64 {
        let known = try rows.artifacts[digest] ?? artifactRow(digest)
        guard let known else {
            let insertion = try RawStatement(self, "INSERT INTO artifact (digest, sizeBytes) VALUES (?, ?)")
            insertion.bind(1, digest)
            if let sizeBytes { insertion.bind(2, Int64(sizeBytes)) } else { insertion.bindNull(2) }
            try insertion.run()
            rows.artifacts[digest] = lastInsertedRowID
            return lastInsertedRowID
        }
        rows.artifacts[digest] = known
        // Inputs and references are recorded without looking at their size.
        if let sizeBytes {
            try run("UPDATE artifact SET sizeBytes = ? WHERE id = ? AND sizeBytes IS NULL", [sizeBytes, known])
        }
        return known
    }

    private func artifactRow(_ digest: Digest) throws -> Int64? {
        let statement = try RawStatement(self, "SELECT id FROM artifact WHERE digest = ?")
        defer { statement.reset() }
        statement.bind(1, digest)
        return try statement.next() ? statement.integer(0) : nil
    }

    private func keyPartRow(_ part: KeyPart, _ rows: inout CommitWriter.KnownRows) throws -> Int64 {
        var encoder = CanonicalEncoder()
        encoder.append(record: [part])
        let identity = Digest.of(encoder.bytes)
        if let known = rows.keyParts[identity] { return known }
        let row = try keyPartRow(part.name, part.value.contentDigest, part.value.readable)
        rows.keyParts[identity] = row
        return row
    }

    /// The row of a key part, which is made when it is new. A bundle may give the same digest another text: that is
    /// another row.
    func keyPartRow(_ name: String, _ digest: Digest, _ readable: String) throws -> Int64 {
        let found = try identifier(
            "SELECT id FROM keyPart WHERE digest = ? AND name = ? AND readable = ?", [digest.column, name, readable])
        if let found { return found }
        try run("INSERT INTO keyPart (name, digest, readable) VALUES (?, ?, ?)", [name, digest.column, readable])
        return lastInsertedRowID
    }
}
