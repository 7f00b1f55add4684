import Foundation
import GRDB

/// Cards of models: which task made one of a model is told by what it used.
extension ContentStore {
    /// The name of the stage whose actions use a model, as `model`, and make its card.
    public static let cardStage = "card"

    /// What a model's cards consist of, by the names of the outputs, each at its last attempt; the one that a run had most recently
    /// comes first. There are several where what is said or known of the model has changed. Empty where none was made.
    public func cards(of model: Digest) throws -> [[String: Digest]] {
        try database.read { database in
            var actions = try database.cardActions("artifact.digest = ?", [model.column])
            if actions.count > 1 {
                let runs = try Dictionary(uniqueKeysWithValues: actions.map { ($0, try database.lastRun(of: $0)) })
                actions.sort { (runs[$0] ?? 0, $0) > (runs[$1] ?? 0, $1) }
            }
            return try actions.map { try database.contents("generatedBy", of: $0) }
        }
    }
}

extension Database {
    /// The rows of the actions that made a card of models.
    /// - Parameter condition: on the table `artifact`.
    func cardActions(_ condition: String, _ arguments: StatementArguments) throws -> [Int64] {
        try Int64.fetchAll(
            self,
            sql: """
                SELECT DISTINCT action.id FROM artifact
                    JOIN used ON used.artifact = artifact.id AND used.name = 'model'
                    JOIN action ON action.id = used.action AND action.stage = '\(ContentStore.cardStage)'
                WHERE action.job IS NOT NULL AND \(condition)
                """, arguments: arguments)
    }

    /// The rows of what these actions made.
    /// - Parameter condition: on the table `artifact`, for the models.
    func cards(_ condition: String) throws -> Set<Int64> {
        var artifacts: Set<Int64> = []
        for action in try cardActions(condition, []) {
            try artifacts.formUnion(
                Int64.fetchAll(self, sql: "SELECT artifact FROM generatedBy WHERE action = ?", arguments: [action]))
        }
        return artifacts
    }

    /// The last run that had a task of this action, whether it computed it or found it done; 0 where none is known.
    fileprivate func lastRun(of action: Int64) throws -> Int64 {
        let computed = try identifier(
            "SELECT max(execution) FROM job WHERE action = ? AND status = 'succeeded'", [action])
        guard let row = try Row.fetchOne(self, sql: "SELECT key FROM action WHERE id = ?", arguments: [action]) else {
            return computed ?? 0
        }
        let hex = Data(try Digest(row, 0).hex.utf8)
        let listed = try Int64.fetchOne(
            self,
            sql: """
                SELECT max(execution.id) FROM taskKeys JOIN execution ON execution.taskKeys = taskKeys.id
                WHERE instr(taskKeys.content, ?) > 0
                """, arguments: [hex])
        return max(computed ?? 0, listed ?? 0)
    }
}
