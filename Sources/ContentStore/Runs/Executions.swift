import Foundation
import GRDB
import Host

/// The origin of a run, for repeating it: a manifest, or the input of another command.
public struct RunOrigin: Sendable, Equatable {
    /// The blob with the text of the manifest.
    public var manifest: Digest?
    /// The path of the manifest, or of another input, as given.
    public var file: String?
    /// The command with its other inputs; opaque to the store.
    public var recipe: String

    public init(manifest: Digest? = nil, file: String? = nil, recipe: String) {
        (self.manifest, self.file, self.recipe) = (manifest, file, recipe)
    }
}

/// How a run ended.
public enum ExecutionOutcome: String, Sendable {
    case succeeded, failed, cancelled
    /// All tasks succeeded, but a figure misses a requirement of the manifest.
    case requirementMissed
}

extension ContentStore {
    /// Records the start of a run in one transaction and returns its number, the next one in this store. The run counts
    /// as alive until `endExecution` or the end of the process.
    ///
    /// - Parameter subject: the job of the run; garbage collection can keep the last runs of each job.
    public func beginExecution(
        command: String, versions: String, subject: String? = nil, origin: RunOrigin? = nil
    ) throws(StoreError) -> Int64 {
        _ = try writable(to: "record a run")
        if origin?.manifest != nil { try settle() }
        guard let locks else { throw .openedReadOnly(path: path, operation: "record a run") }
        var begun: Int64?
        do {
            return try database.write { database in
                let last = try database.identifier("SELECT max(id) FROM execution", []) ?? 0
                guard (0..<1 << 62).contains(last) else {
                    throw StoreError.notAStore(path: path, reason: "its last run has the invalid number \(last)")
                }
                var number = last + 1
                // Locked before the row becomes visible: a running execution without a lock counts as dead.
                while try !locks.begin(execution: number) { number += 1 }
                begun = number
                try insert(execution: number, command, versions, subject, origin, database)
                return number
            }
        } catch {
            if let begun { locks.end(execution: begun) }
            throw error
        }
    }

    private func insert(
        execution number: Int64, _ command: String, _ versions: String, _ subject: String?, _ origin: RunOrigin?,
        _ database: Database
    ) throws {
        let (host, process) = (HostDescription.current, ProcessIdentity.current)
        try database.run(
            """
            INSERT INTO execution (id, command, versions, subject, host, processor, process, processStartedTicks, startedAt,
                outcome, manifest, file, recipe)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)
            """,
            [
                number, command, versions, subject, host.name, host.processor, Int64(process.number),
                process.startedTicks, HostClock.wallNanoseconds(),
                try origin?.manifest.map { try database.artifact($0) }, origin?.file, origin?.recipe,
            ])
    }

    /// Records the end of a run durably, with everything committed before. The run has ended even if that fails.
    public func endExecution(
        _ number: Int64, outcome: ExecutionOutcome, counts: TaskCounts? = nil, keys: TaskKeys? = nil
    ) throws(StoreError) {
        let committer = try writable(to: "record the end of a run")
        defer { locks?.end(execution: number) }
        let result = Monitor<Result<CommitOutcome, StoreError>?>(nil)
        committer.enqueue(
            .endExecution(
                id: number, outcome: outcome, counts: counts, keys: keys, finishedAt: HostClock.wallNanoseconds())
        ) { outcome in result.update { $0 = outcome } }
        committer.hurry()
        _ = try result.wait { $0 }.get()
        // Moves the history into the database file. Beside other processes the journal would only grow again.
        if (try? locks?.isAlone()) == true { database.checkpoint() }
    }

    /// Records the progress of a run for observers, with the next group; returns at once.
    public func note(_ counts: TaskCounts, execution: Int64) throws(StoreError) {
        try writable(to: "note the progress of a run").enqueue(
            .counts(execution: execution, counts), completion: nil)
    }

    func runningExecutions() throws(StoreError) -> [Int64] {
        try database.read { try $0.identifiers("SELECT id FROM execution WHERE outcome = 'running' ORDER BY id") }
    }
}

/// Rows of executions.
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
        // If the clock was set back, the start time keeps the row valid.
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
