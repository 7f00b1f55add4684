import Foundation
import GRDB
import Host

/// A run from the history.
public struct ExecutionRecord: Sendable, Equatable {
    public let number: Int64
    public let command: String
    public let versions: String
    public let host: String
    public let process: ProcessIdentity
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    /// Nil while running and after an interruption.
    public let finishedAt: Int64?
    /// running, succeeded, requirementMissed, failed, cancelled, or interrupted (its process died).
    public let outcome: String
    /// Nil if the run died before it recorded any.
    public let counts: TaskCounts?

    public var isRunning: Bool { outcome == "running" }
}

/// A task that an execution runs or waits for, as observers see it.
public struct RunningTask: Sendable, Equatable {
    public enum State: Sendable, Equatable {
        case running
        /// Another execution computes the same action for its task; 0 and "" if not known yet.
        case waiting(holder: Int64, task: String)
    }

    public let task: String
    public let state: State
    /// Nanoseconds since 1970.
    public let since: Int64
    /// Measured seconds of a task of this stage.
    public let expectedSeconds: Double?
}

/// Queries about runs, also for stores opened read-only.
extension ContentStore {
    /// The last `limit` runs, newest first.
    public func executions(limit: Int) throws(StoreError) -> [ExecutionRecord] {
        try records("ORDER BY id DESC LIMIT ?", [limit])
    }

    /// The run with this number; nil if absent.
    public func execution(_ number: Int64) throws(StoreError) -> ExecutionRecord? {
        try records("WHERE id = ?", [number]).first
    }

    /// The running runs, oldest first.
    public func executionsUnderWay() throws(StoreError) -> [ExecutionRecord] {
        try records("WHERE outcome = 'running' ORDER BY id", []).filter(\.isRunning)
    }

    /// The tasks that a run executes or waits for, by time.
    public func runningTasks(_ execution: Int64) throws(StoreError) -> [RunningTask] {
        try database.read { database in
            let running = try database.rows(
                """
                SELECT job.task, job.startedAt, stageDuration.seconds FROM job
                    JOIN action ON action.id = job.action
                    LEFT JOIN stageDuration ON stageDuration.stage = action.stage
                WHERE job.execution = ? AND job.status = 'running' ORDER BY job.id
                """, [execution]
            ).map { RunningTask(task: $0[0], state: .running, since: $0[1], expectedSeconds: $0[2]) }
            let waiting = try database.rows(
                """
                SELECT waiting.task, waiting.since, coalesce(max(job.execution), 0), coalesce(job.task, '')
                FROM waiting
                    LEFT JOIN action ON action.key = waiting.action
                    LEFT JOIN job ON job.action = action.id AND job.status = 'running'
                WHERE waiting.execution = ? GROUP BY waiting.task ORDER BY waiting.since
                """, [execution]
            ).map {
                RunningTask(
                    task: $0[0], state: .waiting(holder: $0[2], task: $0[3]), since: $0[1], expectedSeconds: nil)
            }
            return running + waiting
        }
    }

    /// The tasks in the history that match `text`: the one of this name, or else those that begin with it, or else
    /// those that contain it. Sorted.
    public func tasks(matching text: String) throws(StoreError) -> [String] {
        try database.read { database in
            // Patterns ignore the case of letters.
            let exact = try String.fetchAll(
                database, sql: "SELECT DISTINCT task FROM job WHERE task = ?", arguments: [text])
            if !exact.isEmpty { return exact }
            let escaped = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
            for pattern in [escaped + "%", "%" + escaped + "%"] {
                let found = try String.fetchAll(
                    database, sql: "SELECT DISTINCT task FROM job WHERE task LIKE ? ESCAPE '\\' ORDER BY task",
                    arguments: [pattern])
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    /// The action keys of a run's tasks; nil if it ended before they were recorded.
    public func taskKeys(_ execution: Int64) throws(StoreError) -> TaskKeys? {
        try database.read { try Self.taskKeys(execution, $0) }
    }

    static func taskKeys(_ execution: Int64, _ database: Database) throws -> TaskKeys? {
        let content = try Data.fetchOne(
            database.prepared(
                """
                SELECT taskKeys.content FROM execution JOIN taskKeys ON taskKeys.id = execution.taskKeys
                WHERE execution.id = ?
                """, [execution]))
        return content.flatMap { TaskKeys(bytes: Array($0)) }
    }

    private func records(_ clause: String, _ arguments: StatementArguments) throws(StoreError) -> [ExecutionRecord] {
        let rows = try database.read { database in
            try database.rows(
                """
                SELECT id, command, versions, host, process, coalesce(processStartedTicks, 0), startedAt, finishedAt,
                    outcome, taskCount, runCount, cachedCount, failedCount, skippedCount, remainingSeconds
                FROM execution \(clause)
                """, arguments)
        }
        // A row says "running" until the next process cleans up; the lock is authoritative.
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

    func liveExecutions(among numbers: [Int64]) throws(StoreError) -> Set<Int64> {
        guard !numbers.isEmpty else { return [] }
        guard let locks else { return try StoreLocks.liveExecutions(path, among: numbers) }
        var live: Set<Int64> = []
        for number in numbers where try locks.isLive(execution: number) { live.insert(number) }
        return live
    }
}
