import GRDB

/// Actions and everything that their results depend on: walked from an action to what it used, and from there to what
/// made that. Row numbers of one database.
struct ActionClosure {
    private(set) var actions: Set<Int64> = []
    /// Outputs, references, and inputs that no action made.
    private(set) var artifacts: Set<Int64> = []

    init(_ roots: [Int64], _ database: Database) throws {
        var pending = roots
        while let action = pending.popLast() {
            guard actions.insert(action).inserted else { continue }
            try artifacts.formUnion(rows("SELECT artifact FROM generatedBy WHERE action = ?", action, database))
            try artifacts.formUnion(rows("SELECT artifact FROM reference WHERE action = ?", action, database))
            for artifact in try rows("SELECT artifact FROM used WHERE action = ?", action, database) {
                artifacts.insert(artifact)
                pending += try maker(of: artifact, database).map { [$0] } ?? []
            }
        }
        try addMemos(database)
    }

    /// Of several actions that made the same bytes, always the same one.
    private func maker(of artifact: Int64, _ database: Database) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT action.id FROM generatedBy JOIN action ON action.id = generatedBy.action
                WHERE generatedBy.artifact = ? AND action.job IS NOT NULL ORDER BY action.key LIMIT 1
                """)
        statement.setUncheckedArguments([artifact])
        return try Int64.fetchOne(statement)
    }

    /// Parts of the work that are cached by themselves, such as one image's decoding: they have no inputs, and their
    /// results are blobs that a task refers to.
    private mutating func addMemos(_ database: Database) throws {
        for artifact in artifacts {
            let makers = try rows(
                """
                SELECT action.id FROM generatedBy JOIN action ON action.id = generatedBy.action
                WHERE generatedBy.artifact = ? AND action.job IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM used WHERE used.action = action.id)
                """, artifact, database)
            for maker in makers where !actions.contains(maker) {
                let made =
                    try rows("SELECT artifact FROM generatedBy WHERE action = ?", maker, database)
                    + rows("SELECT artifact FROM reference WHERE action = ?", maker, database)
                if made.allSatisfy(artifacts.contains) { actions.insert(maker) }
            }
        }
    }

    private func rows(_ sql: String, _ argument: Int64, _ database: Database) throws -> [Int64] {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments([argument])
        return try Int64.fetchAll(statement)
    }
}
