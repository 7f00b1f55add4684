import GRDB
import Synchronization

extension ContentStore {
    /// Hands out the next attempt at an action; the execution must have claimed it, so that no other process hands out
    /// the same number. With a `task`, the history shows it as running from its next group commit on; without, only its
    /// end is recorded. `lastAttempt` is the number of the last one on record, looked up after the claim; without, it is looked
    /// up here.
    public func beginAttempt(
        _ key: ActionKey, execution: Int64, task: String?, lastAttempt: Int? = nil
    ) throws(StoreError) -> Attempt {
        let committer = try writable(to: "begin an attempt")
        // Before the database: an attempt that is committed meanwhile is in one of the two.
        let issuedBefore = issuedAttempts.withLock { $0[key.digest] ?? 0 }
        let recorded: Int
        if let lastAttempt {
            recorded = lastAttempt
        } else {
            recorded = try database.read { try $0.lastAttempt(at: key.digest) }
        }
        let number = issuedAttempts.withLock { issued in
            let number = max(recorded, issuedBefore, issued[key.digest] ?? 0) + 1
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

    /// Commits a result that was computed without a claim, with the next group; not waited for. Should another process have
    /// committed the same, nothing is written; so it may be computed twice and is published once.
    public func commitUnclaimed(
        _ key: ActionKey, _ result: ActionResult, task: String, startedAt: Int64, durationSeconds: Double,
        execution: Int64
    ) throws(StoreError) {
        let unnumbered = Attempt(action: key.digest, number: 0)
        let record = JobRecord(
            key: key, attempt: unnumbered, task: task, outcome: .succeeded(result), startedAt: startedAt,
            durationSeconds: durationSeconds)
        try writable(to: "commit a result").enqueue(.unclaimedJob(record, execution: execution), completion: nil)
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
}
