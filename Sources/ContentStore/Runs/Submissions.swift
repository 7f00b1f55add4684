import GRDB
import Host

/// A set of elements that an execution has submitted to a cluster as one array.
public struct Submission: Sendable, Equatable {
    /// Chosen by us: a cluster may reuse its own numbers after losing its state.
    public let token: String
    public let execution: Int64
    /// Holds one folder per element, named by its number, with its task and results.
    public let folder: String
    public let elementCount: Int
    /// The job of the run; nil if none was recorded.
    public let subject: String?

    public init(token: String, execution: Int64, folder: String, elementCount: Int, subject: String?) {
        (self.token, self.execution, self.folder) = (token, execution, folder)
        (self.elementCount, self.subject) = (elementCount, subject)
    }
}

extension ContentStore {
    /// Records durably, with everything committed before, that an execution is about to submit an array to a cluster.
    /// Its folder, `name` among the execution's attempt folders, outlives the process until the submission is closed.
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

    /// Closes a submission and removes its folder. Late workers find nothing to write to.
    public func close(_ submission: Submission) throws {
        _ = try writable(to: "close a submission")
        try settle()
        // After the last submission of a dead execution, no attempt can end any more.
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
            // A worker still writes there; the next process that opens the store removes it.
            guard case .fileSystem = error else { throw error }
        }
    }

    /// Open submissions of dead executions, oldest first.
    public func orphanedSubmissions() throws(StoreError) -> [Submission] {
        guard let locks else { throw .openedReadOnly(path: path, operation: "look for submissions") }
        var orphans: [Submission] = []
        for submission in try openSubmissions() where try !locks.isLive(execution: submission.execution) {
            orphans.append(submission)
        }
        return orphans
    }

    /// Adopts the orphaned submissions: other processes see their executions as alive until `giveUp(adopted:)`.
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

    /// Lets other processes adopt those of these submissions that are still open.
    public func giveUp(adopted submissions: [Submission]) {
        for execution in Set(submissions.map(\.execution)) { locks?.end(execution: execution) }
    }

    /// True if an attempt has begun and not ended.
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

    /// Open submissions, oldest first.
    func openSubmissions() throws(StoreError) -> [Submission] {
        let store = path
        return try database.read { database in
            try database.rows(
                """
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
