import GRDB

/// The sources of actions. There may be a hundred thousand of them, so there is one query per action and little work
/// per source.
extension LineageWalk {
    /// Connects the sources of an action, which have no provenance even if a blob has the same bytes. Returns false if
    /// there are none.
    mutating func connectSources(of action: Int64, _ position: Int) throws -> Bool {
        guard detail == .everything else { return try collectSources(of: action, position) }
        let statement = try RawStatement(
            database,
            """
            SELECT artifact.id, artifact.digest, artifact.sizeBytes, source.role, keyPart.name FROM source
                JOIN artifact ON artifact.id = source.artifact JOIN keyPart ON keyPart.id = source.keyPart
            WHERE source.action = ? ORDER BY source.keyPart, source.role
            """)
        defer { statement.reset() }
        statement.bind(1, action)
        var isNaming = false
        while try statement.next() {
            let row = statement.integer(0)
            let place = artifacts[row] ?? graph.artifacts.count
            if place == graph.artifacts.count {
                artifacts[row] = place
                graph.artifacts.append(
                    LineageGraph.Artifact(
                        digest: try statement.digest(1),
                        sizeBytes: statement.isNull(2) ? nil : Int(statement.integer(2))))
            }
            connect(position, place, .source(role: statement.text(3)), statement.text(4))
            isNaming = true
        }
        return isNaming
    }

    /// Collects row numbers only.
    private mutating func collectSources(of action: Int64, _ position: Int) throws -> Bool {
        let sources = try database.map("SELECT role, artifact FROM source WHERE action = ?", action) {
            (position, $0.text(0), $0.integer(1))
        }
        unnamed += sources
        return !sources.isEmpty
    }

    /// Finishes an outline: collected sources that are in the graph get edges, the others are listed in
    /// `unnamedSources`.
    mutating func countSources() throws {
        graph.unnamedSources.reserveCapacity(unnamed.count)
        for (action, role, row) in unnamed {
            guard let place = artifacts[row] else {
                graph.unnamedSources.append(LineageGraph.UnnamedSource(action: action, role: role, content: row))
                continue
            }
            connect(action, place, .source(role: role), try sourceName(graph.actions[action].key, role, row))
        }
        unnamed = []
    }

    private func sourceName(_ key: Digest, _ role: String, _ artifact: Int64) throws -> String {
        let row = try database.row(
            """
            SELECT keyPart.name FROM source JOIN keyPart ON keyPart.id = source.keyPart
            WHERE source.action = (SELECT id FROM action WHERE key = ?) AND source.role = ? AND source.artifact = ?
            ORDER BY source.keyPart
            """, [key.column, role, artifact])
        return row?[0] ?? ""
    }
}
