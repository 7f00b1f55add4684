import GRDB

/// The closure of actions under "depends on": from an action to its inputs, and from an input to its maker. As row
/// numbers of one database.
struct ActionClosure {
    private(set) var actions: Set<Int64> = []
    /// Outputs, references, and inputs without a maker.
    private(set) var artifacts: Set<Int64> = []

    init(_ roots: [Int64], _ database: Database) throws {
        var pending = roots
        while let action = pending.popLast() {
            guard actions.insert(action).inserted else { continue }
            artifacts.formUnion(try Self.results(of: action, database))
            for artifact in try database.identifiers("SELECT artifact FROM used WHERE action = ?", [action]) {
                artifacts.insert(artifact)
                pending += try maker(of: artifact, database).map { [$0] } ?? []
            }
        }
        try addMemos(database)
    }

    /// The maker with the lowest key, so that the choice is deterministic.
    private func maker(of artifact: Int64, _ database: Database) throws -> Int64? {
        try database.identifier(
            """
            SELECT action.id FROM generatedBy JOIN action ON action.id = generatedBy.action
            WHERE generatedBy.artifact = ? AND action.job IS NOT NULL ORDER BY action.key LIMIT 1
            """, [artifact])
    }

    /// Adds memos, cached parts of a task such as the decoding of one image: actions without inputs whose results are
    /// blobs that a task refers to.
    private mutating func addMemos(_ database: Database) throws {
        for artifact in artifacts {
            let makers = try database.identifiers(
                """
                SELECT action.id FROM generatedBy JOIN action ON action.id = generatedBy.action
                WHERE generatedBy.artifact = ? AND action.job IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM used WHERE used.action = action.id)
                """, [artifact])
            for maker in makers where !actions.contains(maker) {
                if try Self.results(of: maker, database).allSatisfy(artifacts.contains) { actions.insert(maker) }
            }
        }
    }

    /// The outputs and references of an action.
    private static func results(of action: Int64, _ database: Database) throws -> [Int64] {
        try database.identifiers("SELECT artifact FROM generatedBy WHERE action = ?", [action])
            + database.identifiers("SELECT artifact FROM reference WHERE action = ?", [action])
    }
}
