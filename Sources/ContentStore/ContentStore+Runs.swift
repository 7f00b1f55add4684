import Foundation
import GRDB

/// What the commands that look at runs ask for. None of it needs the store to be open for writing.
extension ContentStore {
    /// The last `limit` runs, the newest first.
    public func executions(limit: Int) throws(StoreError) -> [ExecutionRecord] {
        try records("ORDER BY id DESC LIMIT ?", [limit])
    }

    /// The run with this number; `nil` if there is none.
    public func execution(_ number: Int64) throws(StoreError) -> ExecutionRecord? {
        try records("WHERE id = ?", [number]).first
    }

    /// The runs that are under way, oldest first.
    public func executionsUnderWay() throws(StoreError) -> [ExecutionRecord] {
        try records("WHERE outcome = 'running' ORDER BY id", []).filter(\.isRunning)
    }

    /// What a run is busy with, and what it waits for; by time.
    public func runningTasks(_ execution: Int64) throws(StoreError) -> [RunningTask] {
        try database.read { database in
            let running = try Row.fetchAll(
                database,
                sql: """
                    SELECT job.task, job.startedAt, stageDuration.seconds FROM job
                        JOIN action ON action.id = job.action
                        LEFT JOIN stageDuration ON stageDuration.stage = action.stage
                    WHERE job.execution = ? AND job.status = 'running' ORDER BY job.id
                    """, arguments: [execution]
            ).map { RunningTask(task: $0[0], state: .running, since: $0[1], expectedSeconds: $0[2]) }
            let waiting = try Row.fetchAll(
                database,
                sql: """
                    SELECT waiting.task, waiting.since, coalesce(max(job.execution), 0), coalesce(job.task, '')
                    FROM waiting
                        LEFT JOIN action ON action.key = waiting.action
                        LEFT JOIN job ON job.action = action.id AND job.status = 'running'
                    WHERE waiting.execution = ? GROUP BY waiting.task ORDER BY waiting.since
                    """, arguments: [execution]
            ).map {
                RunningTask(
                    task: $0[0], state: .waiting(holder: $0[2], task: $0[3]), since: $0[1], expectedSeconds: nil)
            }
            return running + waiting
        }
    }

    /// The tasks in the history that `text` may mean: that of this very name, else those that begin with it, else those
    /// that contain it. Sorted.
    public func tasks(matching text: String) throws(StoreError) -> [String] {
        try database.read { database in
            let escaped = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            for pattern in [escaped, escaped + "%", "%" + escaped + "%"] {
                let found = try String.fetchAll(
                    database, sql: "SELECT DISTINCT task FROM job WHERE task LIKE ? ESCAPE '\\' ORDER BY task",
                    arguments: [pattern])
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    /// The keys of the tasks of a run; `nil` if it did not get that far, or was recorded by version 1 of the schema.
    public func taskKeys(_ execution: Int64) throws(StoreError) -> TaskKeys? {
        try database.read { try Self.taskKeys(execution, $0) }
    }

    static func taskKeys(_ execution: Int64, _ database: Database) throws -> TaskKeys? {
        let content = try Data.fetchOne(
            database,
            sql: """
                SELECT taskKeys.content FROM execution JOIN taskKeys ON taskKeys.id = execution.taskKeys
                WHERE execution.id = ?
                """, arguments: [execution])
        return content.flatMap { TaskKeys(bytes: Array($0)) }
    }

    private func records(_ clause: String, _ arguments: StatementArguments) throws(StoreError) -> [ExecutionRecord] {
        let rows = try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, command, versions, host, process, coalesce(processStartedTicks, 0), startedAt, finishedAt,
                        outcome, taskCount, runCount, cachedCount, failedCount, skippedCount, remainingSeconds
                    FROM execution \(clause)
                    """, arguments: arguments)
        }
        // A row says "running" until somebody clears up; the lock knows better.
        let running = rows.filter { $0[8] == "running" }.map { $0[0] as Int64 }
        let live = try liveExecutions(among: running)
        return rows.map { row in
            let number: Int64 = row[0]
            let outcome: String = row[8]
            let total: Int? = row[9]
            return ExecutionRecord(
                number: number, command: row[1], versions: row[2], host: row[3],
                process: ProcessIdentity(number: row[4], startedTicks: row[5]), startedAt: row[6], finishedAt: row[7],
                outcome: outcome == "running" && !live.contains(number) ? "interrupted" : outcome,
                counts: total.map {
                    TaskCounts(
                        total: $0, run: row[10], cached: row[11], failed: row[12], skipped: row[13],
                        remainingSeconds: row[14])
                })
        }
    }

    private func liveExecutions(among numbers: [Int64]) throws(StoreError) -> Set<Int64> {
        guard !numbers.isEmpty else { return [] }
        guard let locks else { return try StoreLocks.liveExecutions(path, among: numbers) }
        var live: Set<Int64> = []
        for number in numbers where try locks.isLive(execution: number) { live.insert(number) }
        return live
    }
}
