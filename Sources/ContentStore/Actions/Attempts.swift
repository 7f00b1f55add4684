import Host

/// The right to publish the result of an action once. A later attempt at the same action revokes it.
public struct Attempt: Sendable, Hashable {
    public let action: Digest
    /// Counted from 1 over all runs.
    public let number: Int

    /// For attempts read back from a record; `ContentStore.beginAttempt` makes new ones.
    public init(action: Digest, number: Int) {
        self.action = action
        self.number = number
    }
}

/// The class of a failed attempt, equal for all runners.
public enum FailureClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// The stage threw an error, or its outputs differ from those it declares.
    case failed
    /// A signal ended the worker process.
    case killed
    /// The time limit was exceeded.
    case timedOut
    /// The memory limit was exceeded.
    case outOfMemory
    /// The worker process ended without a report.
    case lost
    /// The machine could not start it: out of processes or disk space.
    case refused
}

/// The end of an attempt at an action, with its result if it succeeded: the content of a commit.
public struct JobRecord: Sendable {
    public enum Outcome: Sendable {
        case succeeded(ActionResult)
        /// The reason as text.
        case failed(String, FailureClass = .failed)
        case cancelled
    }

    public let key: ActionKey
    public let attempt: Attempt
    /// The task that requested the action, for the history.
    public let task: String
    public let outcome: Outcome
    /// Nanoseconds since 1970.
    public let startedAt: Int64
    public let durationSeconds: Double
    /// The log of the stage.
    public let log: String

    public init(
        key: ActionKey, attempt: Attempt, task: String, outcome: Outcome, startedAt: Int64, durationSeconds: Double,
        log: String = ""
    ) {
        self.key = key
        self.attempt = attempt
        self.task = task
        self.outcome = outcome
        self.startedAt = startedAt
        self.durationSeconds = durationSeconds
        self.log = log
    }
}

/// The effect of a commit.
public enum CommitOutcome: Sendable, Equatable {
    /// The result was published as the action's.
    case published
    /// Recorded in the history only: the attempt failed or was cancelled.
    case recorded
    /// A late or duplicate attempt: recorded in the ledger, its result ignored.
    case discarded(reason: String)
}

extension ContentStore {
    /// Issues the next attempt at an action. The execution must have claimed the action, so that no other process
    /// issues the same number.
    ///
    /// - Parameters:
    ///   - task: shown as running in the history from the next group commit on; nil records only the end of the
    /// attempt.
    ///   - lastAttempt: number of the last recorded attempt, looked up after the claim; nil looks it up here.
    public func beginAttempt(
        _ key: ActionKey, execution: Int64, task: String?, lastAttempt: Int? = nil
    ) throws(StoreError) -> Attempt {
        let committer = try writable(to: "begin an attempt")
        // Read before the database: an attempt that is committed meanwhile is in one of the two.
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

    /// Commits the end of an attempt with the next group. `whenDurable` is called on the committing thread and must not
    /// block. The blobs of the result must have been put before.
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

    /// Commits a result that was computed without a claim, with the next group, and returns at once. Two processes may
    /// compute the same result; only the first commit is written.
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

    /// Creates an empty folder for one attempt: `attempts/<execution>/<name>`.
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

    /// The names of the files that an attempt wrote, sorted.
    public func contents(ofAttemptFolder folder: String) throws(StoreError) -> [String] {
        try FolderOperations.names(in: folder)
    }

    /// Removes the folder of an attempt.
    public func removeAttemptFolder(_ folder: String) throws(StoreError) { try FolderOperations.remove(folder) }
}
