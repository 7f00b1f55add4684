import Foundation
import GRDB
import Host

extension ContentStore {
    /// The name of the stage that makes the card of a model from its input `model`.
    public static let cardStage = "card"

    /// Protects a subject from garbage collection: all results of a run, the last result of a task, or one blob.
    /// Returns false if it was pinned before. Throws `.unknownSubject` without a result, and other `StoreError`s.
    @discardableResult
    public func pin(_ subject: StoreSubject) throws -> Bool {
        _ = try writable(to: "pin \(subject)")
        return try database.write { database in
            guard let (column, row) = try Self.row(of: subject, database) else {
                throw StoreError.unknownSubject(text: "\(subject)", reason: "the store has no result for it")
            }
            // The task may have a newer result.
            try database.run(
                """
                INSERT INTO pin (subject, \(column), pinnedAt) VALUES (?, ?, ?)
                ON CONFLICT (subject) DO UPDATE SET \(column) = excluded.\(column)
                    WHERE \(column) IS NOT excluded.\(column)
                """, ["\(subject)", row, HostClock.wallNanoseconds()])
            return database.changesCount > 0
        }
    }

    /// Removes a pin. Returns false if there was none.
    @discardableResult
    public func unpin(_ subject: StoreSubject) throws -> Bool {
        _ = try writable(to: "unpin \(subject)")
        return try database.write { database in
            try database.run("DELETE FROM pin WHERE subject = ?", ["\(subject)"])
            return database.changesCount > 0
        }
    }

    /// The pinned subjects, oldest first.
    public func pins() throws -> [String] {
        try database.read { try String.fetchAll($0, sql: "SELECT subject FROM pin ORDER BY id") }
    }

    private static func row(of subject: StoreSubject, _ database: Database) throws -> (column: String, row: Int64)? {
        let (column, row): (String, Int64?) =
            switch subject {
            case .run(let number):
                ("execution", try database.identifier("SELECT id FROM execution WHERE id = ?", [number]))
            case .task(_, let key):
                ("action", try database.identifier("SELECT id FROM action WHERE key = ?", [key.column]))
            case .blob(let digest):
                ("artifact", try database.identifier("SELECT id FROM artifact WHERE digest = ?", [digest.column]))
            }
        return row.map { (column, $0) }
    }
}

/// Blobs that a run, a pin, the registry of models or a night keeps.
extension Database {
    /// The rows of the actions that make up a subject.
    func actions(of subject: StoreSubject) throws -> [Int64] {
        switch subject {
        case .run(let number): try actions(ofRun: number)
        case .task(_, let key):
            try identifier("SELECT id FROM action WHERE key = ? AND job IS NOT NULL", [key.column])
                .map { [$0] } ?? []
        case .blob(let digest):
            try identifiers(
                """
                SELECT action.id FROM artifact
                    JOIN generatedBy ON generatedBy.artifact = artifact.id
                    JOIN action ON action.id = generatedBy.action
                WHERE artifact.digest = ? AND action.job IS NOT NULL ORDER BY action.key LIMIT 1
                """, [digest.column])
        }
    }

    /// The last runs of each job that have results.
    func lastRuns(_ count: Int) throws -> [Int64] {
        try identifiers(
            """
            SELECT id FROM (
                SELECT id, row_number() OVER (PARTITION BY coalesce(subject, command) ORDER BY id DESC) AS place
                FROM execution
                WHERE taskKeys IS NOT NULL
                    OR EXISTS (SELECT 1 FROM job WHERE execution = execution.id AND status = 'succeeded'))
            WHERE place <= ?
            """, [count])
    }

    /// The actions of all tasks of a run. For a run that did not end, those that it computed.
    func actions(ofRun number: Int64) throws -> [Int64] {
        let content = try Data.fetchOne(
            prepared("SELECT content FROM taskKeys WHERE id = (SELECT taskKeys FROM execution WHERE id = ?)", [number]))
        guard let content, let keys = TaskKeys(bytes: Array(content)) else {
            return try identifiers(
                """
                SELECT DISTINCT action FROM job JOIN action ON action.id = job.action
                WHERE job.execution = ? AND job.status = 'succeeded' AND action.job IS NOT NULL
                """, [number])
        }
        return try keys.entries.compactMap {
            try identifier("SELECT id FROM action WHERE key = ? AND job IS NOT NULL", [$0.key.column])
        }
    }

    /// Anchors of nights: those that users set, those of the last nights, and the first promoted models of names that
    /// have had a night.
    private static let anchors = """
        SELECT artifact FROM model WHERE id IN (
            SELECT model FROM anchorDecision WHERE id IN (SELECT max(id) FROM anchorDecision GROUP BY name)
            UNION SELECT model FROM nightAnchor WHERE night IN (SELECT max(id) FROM night GROUP BY model)
            UNION SELECT model FROM promotion WHERE id IN (
                SELECT min(id) FROM promotion WHERE name IN (SELECT model FROM night)
                    AND name NOT IN (SELECT name FROM anchorDecision) GROUP BY name))
        """

    /// Rows kept by pins, promotions, backbones, nights and the manifests of runs.
    func pinned() throws -> [CollectionPlan.Hold: CollectionFacts.Kept] {
        func numbers(_ sql: String) throws -> Set<Int64> { Set(try identifiers(sql)) }
        var pinned = CollectionFacts.Kept(
            actions: try numbers("SELECT action FROM pin WHERE action IS NOT NULL"),
            artifacts: try numbers("SELECT artifact FROM pin WHERE artifact IS NOT NULL"))
        for run in try numbers("SELECT execution FROM pin WHERE execution IS NOT NULL") {
            try pinned.actions.formUnion(actions(ofRun: run))
        }
        // The model in production of each name, and the one that a rollback would restore.
        var promoted = CollectionFacts.Kept()
        for name in try String.fetchAll(self, sql: "SELECT DISTINCT name FROM promotion") {
            for model in try productionStack(name).suffix(2) {
                try promoted.artifacts.formUnion(identifiers("SELECT artifact FROM model WHERE id = ?", [model]))
            }
        }
        try promoted.artifacts.formUnion(numbers(Self.anchors))
        // Cards of registered models are small, and wanted long after a model was replaced.
        try promoted.artifacts.formUnion(cards("artifact.id IN (SELECT artifact FROM model)"))
        return try [
            .pinned: pinned, .promoted: promoted,
            .backbone: CollectionFacts.Kept(artifacts: numbers("SELECT artifact FROM backbone")),
            .night: CollectionFacts.Kept(artifacts: nightRecords()),
            .manifest: CollectionFacts.Kept(
                artifacts: numbers("SELECT DISTINCT manifest FROM execution WHERE manifest IS NOT NULL")),
        ]
    }

    /// The models of a name that were in production and not rolled back. The last one is in production.
    package func productionStack(_ name: String) throws -> [Int64] {
        let rows = try rows("SELECT kind, model FROM promotion WHERE name = ? ORDER BY id", [name])
        var stack: [Int64] = []
        for row in rows {
            let kind: String = row[0]
            if kind == "promoted" { stack.append(row[1]) } else { _ = stack.popLast() }
        }
        return stack
    }

    /// The rows of the actions that made cards of models.
    ///
    /// - Parameter condition: SQL on the table `artifact`.
    package func cardActions(_ condition: String, _ arguments: StatementArguments) throws -> [Int64] {
        try identifiers(
            """
            SELECT DISTINCT action.id FROM artifact
                JOIN used ON used.artifact = artifact.id AND used.name = 'model'
                JOIN action ON action.id = used.action AND action.stage = '\(ContentStore.cardStage)'
            WHERE action.job IS NOT NULL AND \(condition)
            """, arguments)
    }

    /// The rows of the cards of models.
    ///
    /// - Parameter condition: SQL on the table `artifact`, selecting models.
    func cards(_ condition: String) throws -> Set<Int64> {
        var artifacts: Set<Int64> = []
        for action in try cardActions(condition, []) {
            try artifacts.formUnion(identifiers("SELECT artifact FROM generatedBy WHERE action = ?", [action]))
        }
        return artifacts
    }

    /// Blobs of nights: training lists, manifests, verdicts, drift reports, and pictures that await a decision.
    func nightRecords() throws -> Set<Int64> {
        Set(
            try identifiers(
                """
                SELECT roll FROM night UNION SELECT manifest FROM night UNION SELECT verdict FROM night WHERE verdict IS NOT NULL
                UNION SELECT drift FROM night WHERE drift IS NOT NULL
                UNION SELECT map FROM arrival WHERE map IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                UNION SELECT overlay FROM arrival WHERE overlay IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM quarantineDecision WHERE arrival = arrival.id)
                """))
    }
}
