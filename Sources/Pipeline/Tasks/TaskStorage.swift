import ContentStore

/// Where a task gets blobs from and leaves them: the store itself, or what a worker process has of it.
protocol TaskStorage: Sendable {
    /// The file of a blob, checked against its digest.
    func verifiedPath(_ digest: Digest) throws -> String
    func put(bytes: [UInt8]) throws -> Digest
    /// The values of those memos that are known, by the digest of their key.
    func memos(_ keys: [Digest]) throws -> [Digest: Digest]
    /// Keeps the value of a memo, which has been put, for later.
    func remember(_ key: ActionKey, _ value: ActionOutput, of task: TaskID, startedAt: Int64, durationSeconds: Double)
        throws
}

/// The store of this process.
struct StoreStorage: TaskStorage {
    let store: ContentStore
    let execution: Int64
    /// False when a task is computed again to see whether it gives the same: then so are its memos.
    var usesMemos = true

    func verifiedPath(_ digest: Digest) throws -> String { try store.verifiedPath(digest) }

    func put(bytes: [UInt8]) throws -> Digest { try store.put(bytes: bytes) }

    func memos(_ keys: [Digest]) throws -> [Digest: Digest] {
        guard usesMemos else { return [:] }
        return try store.lookUp(keys).compactMapValues { result in
            // One that is damaged is made again here: nobody else could.
            result.outputs.first.flatMap { (try? store.verifiedPath($0.digest)) == nil ? nil : $0.digest }
        }
    }

    func remember(
        _ key: ActionKey, _ value: ActionOutput, of task: TaskID, startedAt: Int64, durationSeconds: Double
    ) throws {
        guard usesMemos else { return }
        // Not claimed: two processes may decode the same image, which is published once. Should this commit fail, the blob is
        // there all the same and only a later run's time is lost.
        try store.commitUnclaimed(
            key, ActionResult(outputs: [value]), task: "\(task) [\(key.stage)]", startedAt: startedAt,
            durationSeconds: durationSeconds, execution: execution)
    }
}
