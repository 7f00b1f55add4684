import Host

extension ContentStore {
    /// Takes the right to compute an action, which one execution of all processes can hold at a time. Returns false if
    /// another one has it. The new holder looks the action up again, because a former one may have published a result.
    /// The claim is released after the commit, or when the process dies.
    public func claim(_ action: Digest) throws(StoreError) -> Bool {
        guard let locks else { throw .openedReadOnly(path: path, operation: "compute an action") }
        return try locks.claim(action)
    }

    /// Releases a claim, held or not.
    public func giveUp(claim action: Digest) { locks?.giveUp(claim: action) }

    /// True if an execution computes the action at this moment.
    public func isClaimed(_ action: Digest) throws(StoreError) -> Bool { try locks?.isClaimed(action) ?? false }

    /// Records in the ledger that a repeated action gave other outputs than are stored.
    public func note(differenceIn action: Digest, _ text: String) throws(StoreError) {
        try writable(to: "record a difference").enqueue(
            .ledger(kind: "differs", digest: action, text: text, recordedAt: HostClock.wallNanoseconds()),
            completion: nil)
    }

    /// Takes `count` of `total` processors, shared by all processes on this store, or none if too few are free.
    public func takeCores(_ count: Int, of total: Int) throws(StoreError) -> [Int64]? {
        guard let locks else { throw .openedReadOnly(path: path, operation: "run a task") }
        return try locks.takeCores(count, of: total)
    }

    /// Returns processors.
    public func giveBack(cores numbers: [Int64]) { locks?.giveBack(cores: numbers) }

    /// Records for observers that a task waits for an action of another execution, or no longer waits.
    public func note(waiting isWaiting: Bool, task: String, action: Digest, execution: Int64) throws(StoreError) {
        try writable(to: "record what a run waits for").enqueue(
            .waiting(
                isWaiting, execution: execution, task: task, action: action, since: HostClock.wallNanoseconds()),
            completion: nil)
    }
}
