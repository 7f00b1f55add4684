import GRDB

/// Rows of an action's result: its outputs, references and warnings.
extension Database {
    /// The outputs in the order of their positions.
    func outputs(of action: Int64) throws -> [ActionOutput] {
        try rows(
            """
            SELECT generatedBy.name, artifact.digest, artifact.sizeBytes
            FROM generatedBy JOIN artifact ON artifact.id = generatedBy.artifact
            WHERE generatedBy.action = ? ORDER BY generatedBy.position
            """, [action]
        ).map { ActionOutput(name: $0[0], digest: try Digest($0, 1), sizeBytes: $0[2] ?? 0) }
    }

    /// The references, sorted.
    func references(of action: Int64) throws -> [Digest] {
        try rows(
            """
            SELECT artifact.digest FROM reference JOIN artifact ON artifact.id = reference.artifact
            WHERE reference.action = ? ORDER BY artifact.digest
            """, [action]
        ).map { try Digest($0, 0) }
    }

    /// The warnings in the order of their positions.
    func warnings(of action: Int64) throws -> [String] {
        try rows("SELECT text FROM warning WHERE action = ? ORDER BY position", [action]).map { $0[0] }
    }

    /// Writes down the result of an action that has none.
    ///
    /// - Parameters:
    ///   - job: the row of the attempt that gave it.
    ///   - artifact: the row of a content; its size is nil for a reference.
    func setResult(
        _ result: ActionResult, by job: Int64, of action: Int64, artifact: (Digest, Int?) throws -> Int64
    ) throws {
        for (position, output) in result.outputs.enumerated() {
            try run(
                "INSERT INTO generatedBy (action, position, name, artifact) VALUES (?, ?, ?, ?)",
                [action, position, output.name, artifact(output.digest, output.sizeBytes)])
        }
        let insertion = try RawStatement(self, "INSERT INTO reference (action, artifact) VALUES (?, ?)")
        for reference in result.references {
            insertion.bind(1, action)
            insertion.bind(2, try artifact(reference, nil))
            try insertion.run()
        }
        for (position, warning) in result.warnings.enumerated() {
            try run("INSERT INTO warning (action, position, text) VALUES (?, ?, ?)", [action, position, warning])
        }
        try run(
            "UPDATE action SET job = ?, hasReferences = ?, hasWarnings = ? WHERE id = ?",
            [job, !result.references.isEmpty, !result.warnings.isEmpty, action])
    }
}
