extension ContentStore {
    /// Takes the right to compute an action, which one execution of all processes has at a time; says whether it was free.
    /// Who has got it looks the action up again: whoever had it before may have published a result. It is given up after
    /// the result has been committed, or when the process dies.
    public func claim(_ action: Digest) throws(StoreError) -> Bool {
        guard let locks else { throw .openedReadOnly(path: path, operation: "compute an action") }
        return try locks.claim(action)
    }

    /// Gives up a claim, so that others who want the action look it up, or compute it. One that is not held is fine.
    public func giveUp(claim action: Digest) { locks?.giveUp(claim: action) }

    /// True if some execution computes an action at the moment.
    public func isClaimed(_ action: Digest) throws(StoreError) -> Bool { try locks?.isClaimed(action) ?? false }

    /// Notes in the ledger that an action, computed once more, gave other outputs than are stored.
    public func note(differenceIn action: Digest, _ text: String) throws(StoreError) {
        try writable(to: "note a difference").enqueue(
            .ledger(kind: "differs", digest: action, text: text, recordedAt: HostClock.wallNanoseconds()),
            completion: nil)
    }

    /// Takes `count` of `total` processors, counted over all processes on this store, or none if so many are not free.
    public func takeCores(_ count: Int, of total: Int) throws(StoreError) -> [Int64]? {
        guard let locks else { throw .openedReadOnly(path: path, operation: "run a task") }
        return try locks.takeCores(count, of: total)
    }

    /// Gives processors back.
    public func giveBack(cores numbers: [Int64]) { locks?.giveBack(cores: numbers) }

    /// Notes, for those who look on, that a task waits for an action that another execution computes, or no longer does.
    public func note(waiting isWaiting: Bool, task: String, action: Digest, execution: Int64) throws(StoreError) {
        try writable(to: "note what a run waits for").enqueue(
            .waiting(
                isWaiting, execution: execution, task: task, action: action, since: HostClock.wallNanoseconds()),
            completion: nil)
    }
}
