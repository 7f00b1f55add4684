import GRDB
import Synchronization

extension ContentStore {
    /// Records the start of a run of the program; returns its number. Not waited for.
    public func beginExecution(command: String, versions: String) throws(StoreError) -> Int64 {
        let committer = try writable(to: "record a run")
        let number = nextExecution.withLock { next in
            defer { next += 1 }
            return next
        }
        committer.enqueue(
            .beginExecution(
                id: number, command: command, versions: versions, startedAt: HostClock.wallNanoseconds()),
            completion: nil)
        return number
    }

    /// Records the end of a run, with everything committed before, durably.
    public func endExecution(_ number: Int64, outcome: ExecutionOutcome) throws(StoreError) {
        let committer = try writable(to: "record the end of a run")
        let result = Monitor<Result<CommitOutcome, StoreError>?>(nil)
        committer.enqueue(
            .endExecution(id: number, outcome: outcome, finishedAt: HostClock.wallNanoseconds())
        ) { outcome in result.update { $0 = outcome } }
        committer.hurry()
        _ = try result.wait { $0 }.get()
    }

    /// Hands out the next attempt at an action. With a `task`, the history shows it as running from its next group
    /// commit on; without, only its end is recorded.
    public func beginAttempt(_ key: ActionKey, execution: Int64, task: String?) throws(StoreError) -> Attempt {
        let committer = try writable(to: "begin an attempt")
        let recorded = try database.read { database in
            try database.identifier(
                "SELECT max(attempt) FROM job WHERE action = (SELECT id FROM action WHERE key = ?)",
                [key.digest.column])
        }
        let number = issuedAttempts.withLock { issued in
            let number = max(Int(recorded ?? 0), issued[key.digest] ?? 0) + 1
            issued[key.digest] = number
            return number
        }
        let attempt = Attempt(action: key.digest, number: number)
        if let task {
            let now = HostClock.wallNanoseconds()
            committer.enqueue(
                .beginJob(key: key, attempt: attempt, execution: execution, task: task, startedAt: now),
                completion: nil)
        }
        return attempt
    }

    /// Commits the end of an attempt with the next group; `whenDurable` is called on the committing thread and must
    /// not block. The blobs that a result names must have been put before.
    public func commit(
        _ record: JobRecord, execution: Int64,
        whenDurable: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void
    ) throws(StoreError) {
        let committer = try writable(to: "commit a result")
        committer.enqueue(.endJob(record, execution: execution)) { [self] outcome in
            issuedAttempts.withLock { issued in
                if issued[record.key.digest] == record.attempt.number { issued[record.key.digest] = nil }
            }
            whenDurable(outcome)
        }
    }

    /// Commits the end of an attempt and waits until it is durable.
    @discardableResult
    public func commit(_ record: JobRecord, execution: Int64) throws(StoreError) -> CommitOutcome {
        let result = Monitor<Result<CommitOutcome, StoreError>?>(nil)
        try commit(record, execution: execution) { outcome in result.update { $0 = outcome } }
        committer?.hurry()
        return try result.wait { $0 }.get()
    }

    /// A new empty folder that only one attempt writes to: `attempts/<execution>/<name>`.
    public func makeAttemptFolder(execution: Int64, name: String) throws(StoreError) -> String {
        _ = try writable(to: "make a folder for an attempt")
        let run = "\(path)/attempts/\(execution)"
        try FolderOperations.create(run)
        let folder = run + "/" + name
        if try !FolderOperations.create(folder) {
            try FolderOperations.remove(folder)
            try FolderOperations.create(folder)
        }
        return folder
    }

    /// The names of what an attempt wrote, sorted.
    public func contents(ofAttemptFolder folder: String) throws(StoreError) -> [String] {
        try FolderOperations.names(in: folder)
    }

    /// Removes what an attempt left behind.
    public func removeAttemptFolder(_ folder: String) throws(StoreError) { try FolderOperations.remove(folder) }

    /// Clears up after runs that died: their folders go, their rows say so.
    func removeLeftovers() throws(StoreError) {
        for name in try FolderOperations.names(in: path + "/attempts") {
            try FolderOperations.remove(path + "/attempts/" + name)
        }
        let (last, isInterrupted) = try database.read { database in
            (
                try Int64.fetchOne(database, sql: "SELECT max(id) FROM execution") ?? 0,
                try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM job WHERE status = 'running')
                            OR EXISTS (SELECT 1 FROM execution WHERE outcome = 'running')
                        """) ?? false
            )
        }
        nextExecution.withLock { $0 = last + 1 }
        guard isInterrupted else { return }
        try database.write { database in
            try database.run("UPDATE job SET status = 'abandoned' WHERE status = 'running'", [])
            try database.run("UPDATE execution SET outcome = 'interrupted' WHERE outcome = 'running'", [])
        }
    }
}
