import ContentStore
import Foundation
import GRDB

/// Model cards, found through the actions that used a model.
extension ContentStore {
    /// The cards of a model, each as a dictionary of outputs; the one of the latest run comes first. There are several
    /// if facts about the model have changed, and none if no card was made.
    public func cards(of model: Digest) throws -> [[String: Digest]] {
        try readDatabase { database in
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
    /// The last run with this action among its tasks, computed or cached; 0 if unknown.
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
