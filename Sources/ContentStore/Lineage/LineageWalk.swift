import GRDB

/// Walks from contents to the actions that made them and to their inputs, or the other way, within one read of the
/// database.
struct LineageWalk {
    var graph = LineageGraph()
    let database: Database
    let detail: LineageGraph.Detail
    /// Sources of an outline, by the rows of their artifacts.
    var unnamed: [(action: Int, role: String, artifact: Int64)] = []
    /// The keys of the preferred run, decoded on first use.
    private lazy var preferred = preference()
    private let preference: () -> Set<Digest>
    /// Indices in the graph, by row.
    var artifacts: [Int64: Int] = [:]
    private var actions: [Int64: Int] = [:]
    /// Artifacts whose makers or users are in the graph.
    private var passed: Set<Int64> = []
    private var outputs: Set<Output> = []
    private var pending: [(action: Int64, direction: LineageGraph.Direction)] = []

    private struct Output: Hashable { let action, artifact: Int }

    init(
        _ database: Database, _ detail: LineageGraph.Detail,
        preferring preference: @escaping () -> Set<Digest>
    ) throws {
        (self.database, self.detail, self.preference) = (database, detail, preference)
        // The focus is in the graph, so its edges are listed.
        if case .outline(let focus?) = detail,
            let row = try database.identifier("SELECT id FROM artifact WHERE digest = ?", [focus.column])
        {
            _ = try artifact(row)
        }
    }

    /// Starts at a content; an unknown one is ignored.
    mutating func begin(_ digest: Digest, _ direction: LineageGraph.Direction) throws {
        guard let row = try database.identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]) else {
            return
        }
        graph.roots.append(try artifact(row))
        switch direction {
        case .up: try climb(from: row)
        case .down: try descend(from: row)
        }
        try walk()
    }

    mutating func begin(action key: Digest, _ direction: LineageGraph.Direction) throws {
        guard let row = try database.identifier("SELECT id FROM action WHERE key = ? AND job IS NOT NULL", [key.column])
        else { return }
        try visit(row, direction)
        if direction == .up {
            for (artifact, name) in try outputs(of: row) {
                _ = try self.artifact(artifact)
                passed.insert(artifact)
                connectOutput(row, artifact, name)
            }
        }
        try walk()
    }

    private mutating func walk() throws {
        while let (action, direction) = pending.popLast() {
            let position = actions[action]!
            switch direction {
            case .up:
                let isNaming = try connectSources(of: action, position)
                for (artifact, relation, name) in try inputs(of: action, isNaming: isNaming) {
                    connect(position, try self.artifact(artifact), relation, name)
                    try climb(from: artifact)
                }
            case .down:
                for (artifact, name) in try outputs(of: action) {
                    connect(position, try self.artifact(artifact), .generated, name)
                    try descend(from: artifact)
                }
            }
        }
    }

    /// Continues with the maker of an artifact.
    private mutating func climb(from artifact: Int64) throws {
        guard passed.insert(artifact).inserted else { return }
        var made = try rows(
            """
            SELECT action, name FROM generatedBy JOIN action ON action.id = action WHERE artifact = ?1 AND job IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM used WHERE used.action = generatedBy.action AND used.artifact = ?1)
            """, artifact)
        // An action that passes on its input has not made it.
        if made.isEmpty {
            made = try rows(
                "SELECT action, name FROM generatedBy JOIN action ON action.id = action WHERE artifact = ? AND job IS NOT NULL",
                artifact)
        }
        if let (action, name) = try best(of: made) {
            try visit(action, .up)
            return connectOutput(action, artifact, name)
        }
        let referring = try rows(
            "SELECT action, '' FROM reference JOIN action ON action.id = action WHERE artifact = ? AND job IS NOT NULL",
            artifact)
        guard let (action, _) = try best(of: referring) else { return }
        try visit(action, .up)
        connect(actions[action]!, artifacts[artifact]!, .referred, "")
    }

    /// Continues with the users of an artifact.
    private mutating func descend(from artifact: Int64) throws {
        guard passed.insert(artifact).inserted else { return }
        let position = artifacts[artifact]!
        for (action, name) in try rows(
            "SELECT action, name FROM used JOIN action ON action.id = action WHERE artifact = ? AND job IS NOT NULL ORDER BY action",
            artifact)
        {
            try visit(action, .down)
            connect(actions[action]!, position, .used, name)
        }
        let naming = try database.rows(
            """
            SELECT source.action, keyPart.name, source.role FROM source
                JOIN action ON action.id = source.action JOIN keyPart ON keyPart.id = source.keyPart
            WHERE source.artifact = ? AND action.job IS NOT NULL ORDER BY source.action, source.keyPart
            """, [artifact])
        for row in naming {
            try visit(row[0], .down)
            connect(actions[row[0]]!, position, .source(role: row[2]), row[1])
        }
        // An artifact of another action that this one refers to, such as a decoded image.
        let referring = try rows(
            """
            SELECT reference.action, '' FROM reference JOIN action ON action.id = reference.action
            WHERE reference.artifact = ?1 AND job IS NOT NULL
                AND EXISTS (SELECT 1 FROM generatedBy WHERE artifact = ?1 AND generatedBy.action <> reference.action)
            ORDER BY reference.action
            """, artifact)
        for (action, _) in referring {
            try visit(action, .down)
            connect(actions[action]!, position, .referred, "")
        }
    }

    /// Prefers the action of the preferred run, then the one performed first: a task may pass on its input, whose bytes
    /// then come from an earlier one.
    private mutating func best(of made: [(Int64, String)]) throws -> (Int64, String)? {
        guard made.count > 1 else { return made.first }
        let preferred = preferred
        let keyed = try made.map { action, name in
            let row = try database.row("SELECT key, job FROM action WHERE id = ?", [action])!
            return (action, name, preferred.contains(try Digest(row, 0)), row[1] as Int64)
        }
        let best = keyed.min { ($0.2 ? 0 : 1, $0.3) < ($1.2 ? 0 : 1, $1.3) }
        return best.map { ($0.0, $0.1) }
    }

    private mutating func connectOutput(_ action: Int64, _ artifact: Int64, _ name: String) {
        let pair = Output(action: actions[action]!, artifact: artifacts[artifact]!)
        if outputs.insert(pair).inserted { connect(pair.action, pair.artifact, .generated, name) }
    }

    mutating func connect(_ action: Int, _ artifact: Int, _ relation: LineageGraph.Relation, _ name: String) {
        graph.edges.append(LineageGraph.Edge(action: action, artifact: artifact, relation: relation, name: name))
    }

    private mutating func visit(_ action: Int64, _ direction: LineageGraph.Direction) throws {
        guard actions[action] == nil else { return }
        actions[action] = graph.actions.count
        graph.actions.append(try described(action))
        pending.append((action, direction))
    }

    mutating func artifact(_ row: Int64) throws -> Int {
        if let known = artifacts[row] { return known }
        let statement = try RawStatement(database, "SELECT digest, sizeBytes FROM artifact WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.next() else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an artifact is missing")
        }
        let size = statement.isNull(1) ? nil : Int(statement.integer(1))
        artifacts[row] = graph.artifacts.count
        graph.artifacts.append(LineageGraph.Artifact(digest: try statement.digest(0), sizeBytes: size))
        return artifacts[row]!
    }

    /// The inputs of an action. Without sources, also artifacts of other actions that it refers to.
    private func inputs(of action: Int64, isNaming: Bool) throws -> [(
        artifact: Int64, LineageGraph.Relation, name: String
    )] {
        let used = try rows("SELECT artifact, name FROM used WHERE action = ? ORDER BY position", action)
        let inputs = used.map { ($0.0, LineageGraph.Relation.used, $0.1) }
        if isNaming { return inputs }
        let parts = try rows(
            """
            SELECT artifact, '' FROM reference WHERE action = ?1
                AND EXISTS (SELECT 1 FROM generatedBy
                    WHERE generatedBy.artifact = reference.artifact AND generatedBy.action <> ?1)
            ORDER BY artifact
            """, action)
        return inputs + parts.map { ($0.0, .referred, $0.1) }
    }

    private func outputs(of action: Int64) throws -> [(Int64, String)] {
        try rows("SELECT artifact, name FROM generatedBy WHERE action = ? ORDER BY position", action)
    }

    private func rows(_ sql: String, _ argument: Int64) throws -> [(Int64, String)] {
        try database.map(sql, argument) { ($0.integer(0), $0.text(1)) }
    }

    private func described(_ action: Int64) throws -> LineageGraph.Action {
        let statement = try RawStatement(
            database,
            """
            SELECT action.key, stage, version, task, attempt, execution, job.startedAt, durationSeconds,
                (SELECT count(*) FROM reference WHERE reference.action = action.id),
                origin.job, origin.startedAt, origin.run, origin.versions, origin.processor
            FROM action JOIN job ON job.id = action.job LEFT JOIN origin ON origin.job = job.id WHERE action.id = ?
            """)
        defer { statement.reset() }
        statement.bind(1, action)
        guard try statement.next() else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an action has no attempt")
        }
        let maker =
            statement.isNull(10)
            ? nil
            : LineageGraph.Maker(
                run: statement.integer(11), versions: statement.text(12), processor: statement.text(13))
        return LineageGraph.Action(
            key: try statement.digest(0), stage: statement.text(1), version: Int(statement.integer(2)),
            task: statement.text(3), attempt: Int(statement.integer(4)), execution: statement.integer(5),
            startedAt: statement.integer(maker == nil ? 6 : 10), durationSeconds: statement.real(7),
            imported: statement.isNull(9) ? nil : LineageGraph.Import(at: statement.integer(6), maker: maker),
            parameters: detail == .everything ? try parameters(of: action) : [],
            referenceCount: Int(statement.integer(8)))
    }

    /// Ordered by name. Excludes sources, of which there may be many.
    private func parameters(of action: Int64) throws -> [LineageGraph.Parameter] {
        try database.map(
            """
            SELECT name, readable FROM keyPart WHERE id IN (
                SELECT keyPart FROM actionKeyPart WHERE action = ?1 EXCEPT SELECT keyPart FROM source WHERE action = ?1)
            ORDER BY name, readable
            """, action
        ) { LineageGraph.Parameter(name: $0.text(0), readable: $0.text(1)) }
    }
}
