import GRDB

extension ContentStore {
    /// Records, durably and with all that was committed before, that an execution is about to hand an array of elements to a
    /// cluster. Its folder, `name` among those of the attempts of the execution, outlives the process until the submission is
    /// closed.
    public func record(_ submission: Submission, folderName name: String) throws {
        _ = try writable(to: "record a submission")
        try settle()
        try database.write { database in
            try database.run(
                """
                INSERT INTO submission (execution, token, folder, elementCount, submittedAt) VALUES (?, ?, ?, ?, ?)
                """,
                [
                    submission.execution, submission.token, "\(submission.execution)/\(name)",
                    submission.elementCount, HostClock.wallNanoseconds(),
                ])
        }
    }

    /// Records that nothing is expected of a submission any more, and removes its folder. Late workers find nothing to write to.
    public func close(_ submission: Submission) throws {
        _ = try writable(to: "close a submission")
        try settle()
        // Of an execution that died, the last one leaves nothing that could still be made.
        let isLast = try database.write { database in
            try database.run(
                "UPDATE submission SET closedAt = ? WHERE token = ? AND closedAt IS NULL",
                [HostClock.wallNanoseconds(), submission.token])
            let open = try database.identifier(
                "SELECT id FROM submission WHERE execution = ? AND closedAt IS NULL", [submission.execution])
            let dead = try database.identifier(
                "SELECT id FROM execution WHERE id = ? AND outcome <> 'running'", [submission.execution])
            guard dead != nil, open == nil else { return false }
            try database.abandonJobs(of: submission.execution)
            return true
        }
        do throws(StoreError) {
            try FolderOperations.remove(submission.folder)
            if isLast { try FolderOperations.remove("\(path)/attempts/\(submission.execution)") }
        } catch {
            // Somebody still writes to it. It goes with the next process that opens the store.
            guard case .fileSystem = error else { throw error }
        }
    }

    /// What executions that have died handed to a cluster and nobody has closed, oldest first.
    public func orphanedSubmissions() throws(StoreError) -> [Submission] {
        guard let locks else { throw .openedReadOnly(path: path, operation: "look for submissions") }
        var orphans: [Submission] = []
        for submission in try openSubmissions() where try !locks.isLive(execution: submission.execution) {
            orphans.append(submission)
        }
        return orphans
    }

    /// As `orphanedSubmissions`, which from now on are this process's: to others their executions are alive. To be given up
    /// with `giveUp(adopted:)`.
    public func adoptSubmissions() throws(StoreError) -> [Submission] {
        guard let locks else { throw .openedReadOnly(path: path, operation: "adopt submissions") }
        var adopted: [Submission] = []
        var own: Set<Int64> = []
        for submission in try orphanedSubmissions() {
            if !own.contains(submission.execution) {
                guard try locks.begin(execution: submission.execution) else { continue }
                own.insert(submission.execution)
            }
            adopted.append(submission)
        }
        return adopted
    }

    /// Lets others adopt what is still open of these.
    public func giveUp(adopted submissions: [Submission]) {
        for execution in Set(submissions.map(\.execution)) { locks?.end(execution: execution) }
    }

    /// True if an attempt has been begun and has not ended.
    public func isUnderWay(_ attempt: Attempt) throws(StoreError) -> Bool {
        try settle()
        return try database.read { database in
            try database.identifier(
                """
                SELECT job.id FROM job JOIN action ON action.id = job.action
                WHERE action.key = ? AND attempt = ? AND status = 'running'
                """, [attempt.action.column, attempt.number]) != nil
        }
    }

    /// Submissions that are not closed, oldest first.
    func openSubmissions() throws(StoreError) -> [Submission] {
        let store = path
        return try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT token, execution, folder, elementCount, subject
                    FROM submission JOIN execution ON execution.id = execution
                    WHERE closedAt IS NULL ORDER BY submission.id
                    """
            ).map { row in
                Submission(
                    token: row["token"], execution: row["execution"],
                    folder: "\(store)/attempts/\(row["folder"] as String)", elementCount: row["elementCount"],
                    subject: row["subject"])
            }
        }
    }
}
