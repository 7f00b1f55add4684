import GRDB

/// Remains of dead runs in a store: partial files, and rows with the status "running".
enum Leftovers {
    /// Temporary blobs are named by this prefix, the session number, "-" and a number.
    static let blobPrefix = "blob-"

    /// True if an entry of `attempts` belongs to a dead process. Unknown entries are kept.
    static func isAbandoned(_ name: String, _ locks: StoreLocks) throws(StoreError) -> Bool {
        if name.hasPrefix(blobPrefix) {
            let session = name.dropFirst(blobPrefix.count).prefix { $0 != "-" }
            // The current session has made nothing yet; a former holder of its number is dead.
            guard let session = number(session), session != locks.session else { return true }
            return try !locks.isLive(session: session)
        }
        guard let execution = number(name) else { return false }
        return try !locks.isLive(execution: execution)
    }

    /// Parses a number as the store writes it into names: from 1, without a sign. Others have no lock, and the kernel
    /// rejects a query for them.
    static func number(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.first.map({ UInt8(ascii: "1")...UInt8(ascii: "9") ~= $0 }) == true else { return nil }
        return Int64(text)
    }
}

extension ContentStore {
    /// Removes the folders of dead runs and updates their rows.
    func removeLeftovers() throws(StoreError) {
        guard let locks else { return }
        // A cluster still computes these; the next run adopts them.
        let submissions = try openSubmissions()
        let expected = Set(submissions.map(\.execution))
        for name in try FolderOperations.names(in: path + "/attempts")
        where try Leftovers.isAbandoned(name, locks) {
            if let execution = Leftovers.number(name), expected.contains(execution) { continue }
            do throws(StoreError) {
                try FolderOperations.remove(path + "/attempts/" + name)
            } catch {
                // A worker on another node may still write there; the next opening retries.
                guard case .fileSystem = error else { throw error }
            }
        }
        let running = try runningExecutions()
        var dead: [Int64] = []
        for execution in running where try !locks.isLive(execution: execution) { dead.append(execution) }
        guard !dead.isEmpty else { return }
        // A run that ended meanwhile has updated its row. On a full disk the rows wait: garbage collection has to be
        // able to open the store.
        do throws(StoreError) {
            try recordDead(dead, expected)
        } catch {
            guard case .diskFull = error else { throw error }
        }
    }

    /// - Parameter expected: executions with attempts that a cluster still computes.
    private func recordDead(_ dead: [Int64], _ expected: Set<Int64>) throws(StoreError) {
        try database.write { database in
            for execution in dead {
                if !expected.contains(execution) { try database.abandonJobs(of: execution) }
                try database.run(
                    "UPDATE execution SET outcome = 'interrupted' WHERE id = ? AND outcome = 'running'", [execution])
                if database.changesCount > 0 { try database.link(.execution, execution) }
                try database.run("DELETE FROM waiting WHERE execution = ?", [execution])
            }
        }
    }
}

extension Database {
    /// Marks the running attempts of an execution as abandoned.
    func abandonJobs(of execution: Int64) throws {
        let jobs = try identifiers(
            "SELECT id FROM job WHERE execution = ? AND status = 'running' ORDER BY id", [execution])
        for job in jobs {
            try run("UPDATE job SET status = 'abandoned' WHERE id = ?", [job])
            try link(.job, job)
        }
    }
}
