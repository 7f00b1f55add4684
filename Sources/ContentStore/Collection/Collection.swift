import GRDB
import Host

extension ContentStore {
    /// A blob used within this time before the oldest running run began may be in use: runs look results up before they
    /// read them, and refresh marks of use only every `useNanoseconds`.
    private static let busyNanoseconds: Int64 = 3_600_000_000_000

    /// The plan that `collect` would execute now. Changes nothing.
    public func planCollection(_ policy: CollectionPolicy) throws -> CollectionPlan {
        try planCollection(policy, busyAfter: try oldestRunStarted())
    }

    /// Removes blobs by `policy`. Needs no disk space: only files are removed, and the facts stay, so that a run
    /// recomputes a removed result when it needs it.
    ///
    /// Other runs may be running; nothing that they may use is removed. Without any, the next run waits for the end of
    /// the collection.
    ///
    /// - Parameters:
    ///   - lockTimeoutSeconds, onWait: See `ContentStore.init`.
    ///   - proceeds: called with the removed and the planned bytes; returns false to stop.
    ///
    /// - Throws: `.notAStore`, `.interrupted` and other `StoreError`s.
    public static func collect(
        path: String, _ policy: CollectionPolicy, lockTimeoutSeconds: Double = 0,
        onWait: (_ holder: String) -> Void = { _ in },
        proceeds: (_ removedBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> (plan: CollectionPlan, summary: CollectionSummary) {
        try collect(
            path: path, policy, lockTimeoutSeconds: lockTimeoutSeconds, onWait: onWait, planned: { _ in },
            proceeds: proceeds)
    }

    /// - Parameter planned: called before the first removal.
    static func collect(
        path: String, _ policy: CollectionPolicy, lockTimeoutSeconds: Double = 0,
        onWait: (_ holder: String) -> Void = { _ in }, planned: (CollectionPlan) -> Void,
        proceeds: (_ removedBytes: Int, _ totalBytes: Int) -> Bool = { _, _ in true }
    ) throws -> (plan: CollectionPlan, summary: CollectionSummary) {
        // Before the database is opened, which needs some space. The folder may be of another program.
        if try StoreDatabase.isLikely(in: path) { try removeDamaged(path) }
        let store = try ContentStore(path: path, lockTimeoutSeconds: lockTimeoutSeconds, onWait: onWait)
        try removeDamaged(path)
        return try store.alone { isAlone throws(StoreError) in
            let plan = try store.planCollection(policy, busyAfter: isAlone ? nil : store.oldestRunStarted())
            planned(plan)
            return (plan, try store.remove(plan, proceeds))
        }
    }

    /// Removes what `moveToDamaged` has set aside: blobs and their folders, by their names.
    private static func removeDamaged(_ path: String) throws(StoreError) {
        let damaged = path + "/damaged"
        for name in try FolderOperations.names(in: damaged)
        where name.wholeMatch(of: /[0-9a-f]{2}([0-9a-f]{62})?(-[0-9]+)?/) != nil {
            try FolderOperations.remove(damaged + "/" + name)
        }
    }

    private func remove(
        _ plan: CollectionPlan, _ proceeds: (_ removedBytes: Int, _ totalBytes: Int) -> Bool
    ) throws(StoreError) -> CollectionSummary {
        var summary = CollectionSummary()
        for item in plan.removed {
            for blob in item.blobs {
                let object = objectPath(blob.digest)
                guard let signature = try FileSignature(path: object) else { continue }
                // A run that began after the planning has marked the blob as used.
                guard signature.modifiedNanoseconds == blob.usedNanoseconds else {
                    summary.spared += 1
                    continue
                }
                try FolderOperations.remove(object)
                summary.blobs += 1
                summary.sizeBytes += blob.sizeBytes
            }
            guard proceeds(summary.sizeBytes, plan.removedBytes) else { throw .interrupted("collection") }
        }
        return summary
    }

    private func planCollection(_ policy: CollectionPolicy, busyAfter: Int64?) throws(StoreError) -> CollectionPlan {
        let blobs = try listing().blobs
        let facts = try database.read { database in
            var kept = try database.pinned()
            if let count = policy.keepRuns {
                var runs = CollectionFacts.Kept()
                for run in try database.lastRuns(count) {
                    try runs.actions.formUnion(database.actions(ofRun: run))
                }
                kept[.run] = runs
            }
            return try CollectionFacts(database, kept: kept)
        }
        var holders = facts.holders
        let now = HostClock.wallNanoseconds()
        let recent = policy.keepUsedSeconds.map { now - Int64(min($0, 1e9) * 1e9) }
        let busy = busyAfter.map { $0 - Self.busyNanoseconds }
        for blob in blobs where holders[blob.digest] == nil {
            if let busy, blob.usedNanoseconds >= busy {
                holders[blob.digest] = .busy
            } else if let recent, blob.usedNanoseconds >= recent, facts.makers[blob.digest] != nil {
                holders[blob.digest] = .recent
            }
        }
        var databaseBytes = 0
        for suffix in ["", "-wal", "-shm"] {
            databaseBytes += Int(try FileSignature(path: "\(path)/store.sqlite\(suffix)")?.sizeBytes ?? 0)
        }
        return CollectionPlan(
            blobs: blobs, otherBytes: databaseBytes, holders: holders, makers: facts.makers, results: facts.results,
            policy: policy)
    }

    /// Calls `body` with true if no other process has the store open for writing; none can open it until `body`
    /// returns.
    private func alone<Value>(_ body: (Bool) throws(StoreError) -> Value) throws(StoreError) -> Value {
        guard let locks else { throw .openedReadOnly(path: path, operation: "remove blobs") }
        let value = try locks.opening { () throws(StoreError) -> Value? in
            guard try locks.isAlone() else { return nil }
            return try body(true)
        }
        if let value { return value }
        return try body(false)
    }

    /// The start of the oldest running run; now if other processes have the store open without a run; nil without other
    /// processes. In nanoseconds since 1970.
    private func oldestRunStarted() throws(StoreError) -> Int64? {
        let running = try database.read { database in
            try database.rows("SELECT id, startedAt FROM execution WHERE outcome = 'running'")
                .map { (number: $0[0] as Int64, startedAt: $0[1] as Int64) }
        }
        let live = try liveExecutions(among: running.map(\.number))
        let hasOthers = if let locks { try !locks.isAlone() } else { try StoreLocks.hasWriter(path) }
        let starts = running.filter { live.contains($0.number) }.map(\.startedAt)
        return starts.isEmpty && !hasOthers ? nil : min(starts.min() ?? .max, HostClock.wallNanoseconds())
    }
}
