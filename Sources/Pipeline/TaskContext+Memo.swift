import ContentStore
import Host
import Synchronization

extension TaskContext {
    /// The blob of a cached part of the work, such as one image's decoding; `produce` runs only when it is not stored.
    ///
    /// It becomes durable with the next group commit, whatever becomes of the task, so an interrupted task finds it
    /// again. It is kept as long as this task's result. The key holds the run's own key parts as well.
    public func memo(
        stage: String, version: Int, parts: [KeyPart], produce: () throws -> [UInt8]
    ) throws -> Digest {
        let key = ActionKey(stage: stage, version: version, parts: parts + keyParts)
        let digest = try storage.memos([key.digest])[key.digest] ?? remember(key, produce)
        refer(to: [digest])
        return digest
    }

    /// As `memo`, for many parts of the work at once: looked up together, produced on up to `threads` threads (all of
    /// the task's if `nil`). The result is in the order of `parts`; so is the error thrown if several fail.
    /// `produce` is given a position in `parts`; progress counts in `unit`.
    public func memoAll(
        stage: String, version: Int, parts: [[KeyPart]], threads: Int? = nil, unit: String = "items",
        produce: @escaping @Sendable (Int) throws -> [UInt8]
    ) throws -> [Digest] {
        let keys = parts.map { ActionKey(stage: stage, version: version, parts: $0 + keyParts) }
        let known = try storage.memos(keys.map(\.digest))
        let found = Mutex(keys.map { known[$0.digest] })
        let absent = keys.indices.filter { known[keys[$0].digest] == nil }
        let completed = Atomic<Int>(keys.count - absent.count)
        if !keys.isEmpty { progress(keys.count - absent.count, of: keys.count, unit: unit) }
        try ThreadTeam.forEach(count: absent.count, threads: threads ?? self.threads, named: stage) { [self] position in
            try checkCancellation()
            let index = absent[position]
            let digest = try remember(keys[index]) { try produce(index) }
            found.withLock { $0[index] = digest }
            progress(completed.add(1, ordering: .relaxed).newValue, of: keys.count, unit: unit)
        }
        let digests = found.withLock { $0.compactMap(\.self) }
        refer(to: digests)
        return digests
    }

    private func remember(_ key: ActionKey, _ produce: () throws -> [UInt8]) throws -> Digest {
        let startedAt = HostClock.wallNanoseconds()
        let start = HostClock.monotonicSeconds()
        let bytes = try produce()
        let digest = try storage.put(bytes: bytes)
        try storage.remember(
            key, ActionOutput(name: "value", digest: digest, sizeBytes: bytes.count), of: task, startedAt: startedAt,
            durationSeconds: HostClock.monotonicSeconds() - start)
        return digest
    }
}
