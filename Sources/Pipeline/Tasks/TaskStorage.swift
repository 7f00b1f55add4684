import ContentStore

/// A task's access to blobs: the store itself or a worker process's view of it.
protocol TaskStorage: Sendable {
    /// The file of a blob, checked against its digest.
    func verifiedPath(_ digest: Digest) throws -> String
    func put(bytes: [UInt8]) throws -> Digest
    /// The values of the known memos, keyed by the digest of their key.
    func memos(_ keys: [Digest]) throws -> [Digest: Digest]
    /// Stores the value of a memo. Its blob must have been put before.
    func remember(_ key: ActionKey, _ value: ActionOutput, of task: TaskID, startedAt: Int64, durationSeconds: Double)
        throws
}

/// The store of this process.
struct StoreStorage: TaskStorage {
    let store: ContentStore
    let execution: Int64
    /// False if the task is recomputed for verification. Its memos are then recomputed as well.
    var usesMemos = true

    func verifiedPath(_ digest: Digest) throws -> String { try store.verifiedPath(digest) }

    func put(bytes: [UInt8]) throws -> Digest { try store.put(bytes: bytes) }

    func memos(_ keys: [Digest]) throws -> [Digest: Digest] {
        guard usesMemos else { return [:] }
        return try store.lookUp(keys).compactMapValues { result in
            // Damaged blobs are produced again, because no other task can restore them.
            result.outputs.first.flatMap { (try? store.verifiedPath($0.digest)) == nil ? nil : $0.digest }
        }
    }

    func remember(
        _ key: ActionKey, _ value: ActionOutput, of task: TaskID, startedAt: Int64, durationSeconds: Double
    ) throws {
        guard usesMemos else { return }
        // Unclaimed: two processes may decode the same image, which is published once. If this commit fails, the blob
        // still exists and only a later run loses time.
        try store.commitUnclaimed(
            key, ActionResult(outputs: [value]), task: "\(task) [\(key.stage)]", startedAt: startedAt,
            durationSeconds: durationSeconds, execution: execution)
    }
}
