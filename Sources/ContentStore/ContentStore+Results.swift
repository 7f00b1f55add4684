import GRDB

extension ContentStore {
    private static let chunk = 500

    /// The results of the actions with these key digests; actions without a result are left out. Whether the blobs
    /// still exist is not checked.
    public func lookUp(_ keys: [Digest]) throws(StoreError) -> [Digest: ActionResult] {
        try database.read { database in
            var results: [Digest: ActionResult] = [:]
            results.reserveCapacity(keys.count)
            for start in stride(from: 0, to: keys.count, by: Self.chunk) {
                try Self.lookUp(keys[start..<min(start + Self.chunk, keys.count)], database, &results)
            }
            return results
        }
    }

    /// Seconds that an action of each stage takes, as an average over the last runs.
    public func measuredDurations() throws(StoreError) -> [String: Double] {
        try database.read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT stage, seconds FROM stageDuration")
            return Dictionary(uniqueKeysWithValues: rows.map { (row) -> (String, Double) in (row[0], row[1]) })
        }
    }

    private static func lookUp(
        _ keys: ArraySlice<Digest>, _ database: Database, _ results: inout [Digest: ActionResult]
    ) throws {
        // Always one of two texts, so that both stay prepared; spare places repeat the last key.
        let places = keys.count == 1 ? 1 : chunk
        let columns = keys.map(\.column) + Array(repeating: keys.last!.column, count: places - keys.count)
        let statement = try database.cachedStatement(
            sql: """
                SELECT action.id, action.key, action.hasReferences, action.hasWarnings,
                    generatedBy.name, artifact.digest, artifact.sizeBytes
                FROM action
                    LEFT JOIN generatedBy ON generatedBy.action = action.id
                    LEFT JOIN artifact ON artifact.id = generatedBy.artifact
                WHERE action.key IN (\(Array(repeating: "?", count: places).joined(separator: ",")))
                    AND action.job IS NOT NULL
                ORDER BY action.id, generatedBy.position
                """)
        statement.setUncheckedArguments(StatementArguments(columns))
        var found: [FoundAction] = []
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() {
            let action: Int64 = row[0]
            if action != found.last?.row {
                found.append(
                    FoundAction(row: action, key: try Digest(row, 1), hasReferences: row[2], hasWarnings: row[3]))
            }
            // An action may have no outputs.
            guard let name: String = row[4] else { continue }
            found[found.count - 1].outputs.append(
                ActionOutput(name: name, digest: try Digest(row, 5), sizeBytes: row[6] ?? 0))
        }
        for action in found {
            results[action.key] = ActionResult(
                outputs: action.outputs,
                references: action.hasReferences ? try references(action.row, database) : [],
                warnings: action.hasWarnings ? try warnings(action.row, database) : [])
        }
    }

    private struct FoundAction {
        let row: Int64
        let key: Digest
        let hasReferences: Bool
        let hasWarnings: Bool
        var outputs: [ActionOutput] = []
    }

    private static func references(_ action: Int64, _ database: Database) throws -> [Digest] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT artifact.digest FROM reference JOIN artifact ON artifact.id = reference.artifact
                WHERE reference.action = ?
                """)
        statement.setUncheckedArguments([action])
        var digests: [Digest] = []
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() { digests.append(try Digest(row, 0)) }
        return digests
    }

    private static func warnings(_ action: Int64, _ database: Database) throws -> [String] {
        let statement = try database.cachedStatement(sql: "SELECT text FROM warning WHERE action = ? ORDER BY position")
        statement.setUncheckedArguments([action])
        return try String.fetchAll(statement)
    }
}
