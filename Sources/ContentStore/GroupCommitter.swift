import Glibc
import Host

/// Writes queued operations in groups, on a thread of its own: one flushed transaction for up to 64 that someone waits for
/// costs what one alone would. Before the transaction, blobs and the folders that received them are flushed, so a durable
/// fact never names a blob that a power failure can take away.
final class GroupCommitter: Sendable {
    typealias Completion = @Sendable (Result<CommitOutcome, StoreError>) -> Void

    /// Of those that someone waits for.
    static let groupSize = 64
    /// Of all: what nobody waits for goes along.
    static let groupLimit = 512
    static let groupSeconds = 0.05

    private struct Entry: Sendable {
        let operation: CommitOperation
        let completion: Completion?
    }

    private struct Queue {
        var entries: [Entry] = []
        /// How many of them someone waits for.
        var awaited = 0
        var oldest = 0.0
        var unflushed = UnflushedEntries()
        /// Blobs whose flush failed, until they are put again: no fact may rely on them.
        var lost: [Digest: StoreError] = [:]
        var isUrgent = false
        var isClosed = false
        var hasThread = false
        /// The thread, when it has begun.
        var thread: pthread_t?
        var hasEnded = false
        var transactions = 0
    }

    private let database: StoreDatabase
    private let writer: CommitWriter
    /// Held until the last transaction is over.
    private let lock: StoreLock
    private let queue = Monitor(Queue())

    init(database: StoreDatabase, lock: StoreLock) {
        self.database = database
        self.lock = lock
        writer = CommitWriter()
    }

    /// How many transactions this committer has made.
    var transactionCount: Int { queue.inspect { $0.transactions } }

    func enqueue(_ operation: CommitOperation, completion: Completion?) {
        let needsThread = queue.update { queue in
            if queue.entries.isEmpty { queue.oldest = HostClock.monotonicSeconds() }
            queue.entries.append(Entry(operation: operation, completion: completion))
            if completion != nil { queue.awaited += 1 }
            defer { queue.hasThread = true }
            return !queue.hasThread
        }
        guard needsThread else { return }
        do throws(HostError) {
            try ThreadTeam.start(named: "committer") { [self] in work() }
        } catch {
            refuse(.noThread("\(error)"))
        }
    }

    /// Fails what is queued, when there is nothing that could write it.
    private func refuse(_ error: StoreError) {
        let entries = queue.update { queue in
            defer { (queue.entries, queue.awaited, queue.hasThread) = ([], 0, false) }
            return queue.entries
        }
        for entry in entries { entry.completion?(.failure(error)) }
    }

    /// A blob that has its name, and is flushed with its folder before the next transaction; at once where too many are
    /// waiting.
    func noteUnflushed(_ blob: UnflushedEntries.Blob) throws(StoreError) {
        let isTaken = queue.inspect { queue in
            queue.lost[blob.digest] = nil
            queue.unflushed.insert(folder: FolderOperations.parent(of: blob.path))
            if queue.unflushed.isFull { return false }
            queue.unflushed.insert(blob)
            return true
        }
        if !isTaken { try blob.flush() }
    }

    /// Writes what is queued without waiting for a group to fill.
    func hurry() {
        queue.update { if !$0.entries.isEmpty { $0.isUrgent = true } }
    }

    /// Writes what is queued, then ends the thread and gives up the lock.
    func close() {
        let hasThread = queue.update { queue in
            queue.isClosed = true
            return queue.hasThread
        }
        guard hasThread else { return lock.release() }
        // The last owner of a store may be a completion, which runs on the thread itself.
        let isOwn = queue.inspect { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
        if !isOwn { queue.wait { $0.hasEnded ? () : nil } }
    }

    private func work() {
        queue.inspect { $0.thread = pthread_self() }
        while let (group, unflushed) = nextGroup() {
            let results = write(group, unflushed)
            queue.inspect { $0.transactions += 1 }
            for (entry, result) in zip(group, results) { entry.completion?(result) }
        }
        lock.release()
        queue.update { $0.hasEnded = true }
    }

    /// Blocks until a group is full, old enough or wanted now; `nil` after closing.
    private func nextGroup() -> ([Entry], UnflushedEntries)? {
        let oldest: Double? = queue.wait { queue in
            if !queue.entries.isEmpty { return .some(queue.oldest) }
            return queue.isClosed ? .some(nil) : nil
        }
        guard let oldest else { return nil }
        let remaining = max(Self.groupSeconds - (HostClock.monotonicSeconds() - oldest), 0)
        queue.wait(atMostSeconds: remaining) { queue -> Void? in
            queue.awaited >= Self.groupSize || queue.entries.count >= Self.groupLimit || queue.isUrgent
                || queue.isClosed ? () : nil
        }
        return queue.inspect { queue in
            var awaited = 0
            let group = Array(
                queue.entries.prefix(Self.groupLimit).prefix { entry in
                    if entry.completion != nil { awaited += 1 }
                    return awaited <= Self.groupSize
                })
            queue.entries.removeFirst(group.count)
            queue.awaited -= min(awaited, Self.groupSize)
            queue.oldest = HostClock.monotonicSeconds()
            if queue.entries.isEmpty { queue.isUrgent = false }
            defer { queue.unflushed = UnflushedEntries() }
            return (group, queue.unflushed)
        }
    }

    private func write(_ group: [Entry], _ unflushed: UnflushedEntries) -> [Result<CommitOutcome, StoreError>] {
        do throws(StoreError) {
            let failures = unflushed.flush()
            let lost = queue.inspect { queue in
                queue.lost.merge(failures.blobs) { $1 }
                return queue.lost
            }
            if let error = failures.folder { throw error }
            let faults = group.map { lost.isEmpty ? nil : $0.operation.fault(in: lost) }
            let sound = zip(group, faults).compactMap { $1 == nil ? $0.operation : nil }
            var outcomes = try database.write { try writer.write(sound, $0) }[...]
            return faults.map { fault in fault.map { .failure($0) } ?? .success(outcomes.removeFirst()) }
        } catch {
            writer.forget()
            // A later group must not rely on folders that may not have been flushed.
            queue.inspect { $0.unflushed.formUnion(folders: unflushed) }
            return group.map { _ in .failure(error) }
        }
    }
}
