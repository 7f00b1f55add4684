import Glibc
import Host

/// Writes queued operations in groups on its own thread: one flushed transaction for up to 64 awaited operations costs
/// as much as for one. Blobs and the folders that hold them are flushed before the transaction, so a durable fact never
/// names a blob that a power failure can lose.
final class GroupCommitter: Sendable {
    typealias Completion = @Sendable (Result<CommitOutcome, StoreError>) -> Void

    /// Limit of awaited operations in a group.
    static let groupSize = 64
    /// Limit of all operations in a group; those that nobody awaits ride along.
    static let groupLimit = 512
    static let groupSeconds = 0.05

    private struct Entry: Sendable {
        let operation: CommitOperation
        let completion: Completion?
    }

    private struct Queue {
        var entries: [Entry] = []
        /// The number of entries with a completion.
        var awaited = 0
        var oldest = 0.0
        var unflushed = UnflushedEntries()
        /// Blobs whose flush failed, until they are put again: no fact may depend on them.
        var lost: [Digest: StoreError] = [:]
        var isUrgent = false
        var isClosed = false
        var hasThread = false
        /// The committing thread once it runs.
        var thread: pthread_t?
        var hasEnded = false
        var transactions = 0
    }

    private let database: StoreDatabase
    private let writer: CommitWriter
    private let queue = Monitor(Queue())

    init(database: StoreDatabase) {
        self.database = database
        writer = CommitWriter()
    }

    /// The number of transactions so far.
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

    /// Fails all queued entries, if no thread can write them.
    private func refuse(_ error: StoreError) {
        let entries = queue.update { queue in
            defer { (queue.entries, queue.awaited, queue.hasThread) = ([], 0, false) }
            return queue.entries
        }
        for entry in entries { entry.completion?(.failure(error)) }
    }

    /// Registers a named blob, which is flushed with its folder before the next transaction, or at once if too many are
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

    /// Writes the queue without waiting for a full group.
    func hurry() {
        queue.update { if !$0.entries.isEmpty { $0.isUrgent = true } }
    }

    /// Writes the queue, then ends the thread.
    func close() {
        let hasThread = queue.update { queue in
            queue.isClosed = true
            return queue.hasThread
        }
        guard hasThread else { return }
        // A completion, which runs on the committing thread, may release the last reference to the store.
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
        queue.update { $0.hasEnded = true }
    }

    /// Blocks until a group is full, due or urgent; nil after closing.
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
            // These folders may not have been flushed; the next group flushes them again.
            queue.inspect { $0.unflushed.formUnion(folders: unflushed) }
            return group.map { _ in .failure(error) }
        }
    }
}
