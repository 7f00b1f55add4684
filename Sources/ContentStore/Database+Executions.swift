import Foundation
import GRDB

/// Rows of executions after their start.
extension Database {
    func note(_ counts: TaskCounts, _ execution: Int64) throws {
        try run(
            """
            UPDATE execution SET taskCount = ?, runCount = ?, cachedCount = ?, failedCount = ?, skippedCount = ?,
                remainingSeconds = ? WHERE id = ?
            """,
            [
                counts.total, counts.run, counts.cached, counts.failed, counts.skipped,
                counts.remainingSeconds.map { max($0, 0) }, execution,
            ])
    }

    func note(waiting isWaiting: Bool, _ execution: Int64, _ task: String, _ action: Digest, _ since: Int64) throws {
        if isWaiting {
            try run(
                "INSERT OR REPLACE INTO waiting (execution, task, action, since) VALUES (?, ?, ?, ?)",
                [execution, task, action.column, since])
        } else {
            try run("DELETE FROM waiting WHERE execution = ? AND task = ?", [execution, task])
        }
    }

    func endExecution(
        _ id: Int64, _ outcome: ExecutionOutcome, _ counts: TaskCounts?, _ keys: TaskKeys?, _ finishedAt: Int64
    ) throws {
        // A clock that was set back must not make the row invalid.
        try run(
            "UPDATE execution SET outcome = ?, finishedAt = max(?, startedAt) WHERE id = ?",
            [outcome.rawValue, finishedAt, id])
        if let counts { try note(counts, id) }
        if let keys {
            try run("UPDATE execution SET taskKeys = ? WHERE id = ?", [try taskKeysRow(keys), id])
        }
        try run("DELETE FROM waiting WHERE execution = ?", [id])
        try link(.execution, id)
    }

    private func taskKeysRow(_ keys: TaskKeys) throws -> Int64 {
        let content = Array(keys.text.utf8)
        let digest = Digest.of(content).column
        if let known = try identifier("SELECT id FROM taskKeys WHERE digest = ?", [digest]) { return known }
        try run("INSERT INTO taskKeys (digest, content) VALUES (?, ?)", [digest, Data(content)])
        return lastInsertedRowID
    }
}
