import Foundation
import GRDB

/// What results belong to, and what keeps them.
extension Database {
    /// The rows of the actions whose results a subject is made of.
    func actions(of subject: StoreSubject) throws -> [Int64] {
        switch subject {
        case .run(let number): try actions(ofRun: number)
        case .task(_, let key):
            try identifier("SELECT id FROM action WHERE key = ? AND job IS NOT NULL", [key.column])
                .map { [$0] } ?? []
        case .blob(let digest):
            try Int64.fetchAll(
                self,
                sql: """
                    SELECT action.id FROM artifact
                        JOIN generatedBy ON generatedBy.artifact = artifact.id
                        JOIN action ON action.id = generatedBy.action
                    WHERE artifact.digest = ? AND action.job IS NOT NULL ORDER BY action.key LIMIT 1
                    """, arguments: [digest.column])
        }
    }

    /// The last runs of each job that have results.
    func lastRuns(_ count: Int) throws -> [Int64] {
        try Int64.fetchAll(
            self,
            sql: """
                SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY coalesce(subject, command) ORDER BY id DESC) AS place
                    FROM execution
                    WHERE taskKeys IS NOT NULL
                        OR EXISTS (SELECT 1 FROM job WHERE execution = execution.id AND status = 'succeeded'))
                WHERE place <= ?
                """, arguments: [count])
    }

    /// The actions of all tasks of a run; of one that did not end, those that it computed.
    func actions(ofRun number: Int64) throws -> [Int64] {
        let statement = try cachedStatement(
            sql: "SELECT content FROM taskKeys WHERE id = (SELECT taskKeys FROM execution WHERE id = ?)")
        statement.setUncheckedArguments([number])
        guard let content = try Data.fetchOne(statement),
            let keys = TaskKeys(bytes: Array(content))
        else {
            return try Int64.fetchAll(
                self,
                sql: """
                    SELECT DISTINCT action FROM job JOIN action ON action.id = job.action
                    WHERE job.execution = ? AND job.status = 'succeeded' AND action.job IS NOT NULL
                    """, arguments: [number])
        }
        return try keys.entries.compactMap {
            try identifier("SELECT id FROM action WHERE key = ? AND job IS NOT NULL", [$0.key.column])
        }
    }

    /// Models that the nights of their names are compared with: those that people set, those of the last nights, and the first
    /// promoted ones of names that have had a night.
    private static let anchors = """
        SELECT artifact FROM model WHERE id IN (
            SELECT model FROM anchorDecision WHERE id IN (SELECT max(id) FROM anchorDecision GROUP BY name)
            UNION SELECT model FROM nightAnchor WHERE night IN (SELECT max(id) FROM night GROUP BY model)
            UNION SELECT model FROM promotion WHERE id IN (
                SELECT min(id) FROM promotion WHERE name IN (SELECT model FROM night)
                    AND name NOT IN (SELECT name FROM anchorDecision) GROUP BY name))
        """

    /// What pins, promotions, backbones, nights and the manifests of runs keep.
    func pinned() throws -> [CollectionPlan.Hold: CollectionFacts.Kept] {
        func numbers(_ sql: String) throws -> Set<Int64> { Set(try Int64.fetchAll(self, sql: sql)) }
        var pinned = CollectionFacts.Kept(
            actions: try numbers("SELECT action FROM pin WHERE action IS NOT NULL"),
            artifacts: try numbers("SELECT artifact FROM pin WHERE artifact IS NOT NULL"))
        for run in try numbers("SELECT execution FROM pin WHERE execution IS NOT NULL") {
            try pinned.actions.formUnion(actions(ofRun: run))
        }
        // Of each name, the model in production and the one that a rollback would bring back.
        var promoted = CollectionFacts.Kept()
        for name in try String.fetchAll(self, sql: "SELECT DISTINCT name FROM promotion") {
            for model in try productionStack(name).suffix(2) {
                try promoted.artifacts.formUnion(numbers("SELECT artifact FROM model WHERE id = \(model)"))
            }
        }
        try promoted.artifacts.formUnion(numbers(Self.anchors))
        // The cards of all registered models: small, and asked for long after a model has been replaced.
        try promoted.artifacts.formUnion(cards("artifact.id IN (SELECT artifact FROM model)"))
        return try [
            .pinned: pinned, .promoted: promoted,
            .backbone: CollectionFacts.Kept(artifacts: numbers("SELECT artifact FROM backbone")),
            .night: CollectionFacts.Kept(artifacts: nightRecords()),
            .manifest: CollectionFacts.Kept(
                artifacts: numbers("SELECT DISTINCT manifest FROM execution WHERE manifest IS NOT NULL")),
        ]
    }
}
