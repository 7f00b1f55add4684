import GRDB

extension ContentStore {
    /// Records the start of a run of the program; returns its number, the next one in this store. Until `endExecution`, or
    /// the end of the process, it counts as alive. One transaction.
    ///
    /// `subject`: the job that it is a run of, which garbage collection counts the last runs of.
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
                    throw StoreError.notAStore(path: path, reason: "its last run has the number \(last)")
                }
                var number = last + 1
                // Locked before the row can be seen: a running execution that is not locked is a dead one.
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

    /// Records the end of a run, with everything committed before, durably. The run is over even when that fails.
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
        // The history is then in one file, whatever becomes of the journal. Beside others it would be work for nothing.
        if (try? locks?.isAlone()) == true { database.checkpoint() }
    }

    /// Notes how far a run has come, for those who look on; with the next group, and not waited for.
    public func note(_ counts: TaskCounts, execution: Int64) throws(StoreError) {
        try writable(to: "note the progress of a run").enqueue(
            .counts(execution: execution, counts), completion: nil)
    }

    func runningExecutions() throws(StoreError) -> [Int64] {
        try database.read {
            try Int64.fetchAll($0, sql: "SELECT id FROM execution WHERE outcome = 'running' ORDER BY id")
        }
    }
}
