/// Limits of a garbage collection. Pinned and promoted results, and blobs in use by running runs, are always kept.
public struct CollectionPolicy: Sendable, Equatable {
    /// Keep all results of the last N runs of each job.
    public var keepRuns: Int?
    /// Keep what was used within this time.
    public var keepUsedSeconds: Double?
    /// Remove only until the store has shrunk to this size, starting with what is fastest to recompute.
    public var maximumBytes: Int?

    public init(keepRuns: Int? = nil, keepUsedSeconds: Double? = nil, maximumBytes: Int? = nil) {
        (self.keepRuns, self.keepUsedSeconds, self.maximumBytes) = (keepRuns, keepUsedSeconds, maximumBytes)
    }

    /// Without a limit, only blobs without a result are removed.
    var removesResults: Bool { keepRuns != nil || keepUsedSeconds != nil || maximumBytes != nil }
}

/// The effect of a garbage collection.
public struct CollectionSummary: Sendable, Equatable {
    public var blobs = 0
    public var sizeBytes = 0
    /// Blobs kept because they were used after the planning.
    public var spared = 0
}

/// The blobs that garbage collection would remove and keep, with reasons. A pure value.
public struct CollectionPlan: Sendable {
    /// Reasons to keep a blob, in order of precedence.
    public enum Hold: Int, Sendable, CaseIterable {
        case pinned, promoted, backbone, night, manifest, run, recent, busy
    }

    /// The blobs of one result, which are useless without each other.
    public struct Item: Sendable {
        /// The task; nil for blobs without a result.
        public let task: String?
        /// Seconds that the result took to compute.
        public let seconds: Double
        public let sizeBytes: Int
        /// Nanoseconds since 1970.
        public let usedNanoseconds: Int64
        let blobs: [StoredBlob]

        init(task: String?, seconds: Double, blobs: [StoredBlob]) {
            (self.task, self.seconds, self.blobs) = (task, seconds, blobs)
            sizeBytes = blobs.reduce(0) { $0 + $1.sizeBytes }
            usedNanoseconds = blobs.map(\.usedNanoseconds).max() ?? 0
        }

        /// Fastest to recompute per byte first, then least recently used.
        static func precedes(_ left: Item, _ right: Item) -> Bool {
            // Compares seconds / bytes without dividing by zero.
            let (first, second) = (left.seconds * Double(right.sizeBytes), right.seconds * Double(left.sizeBytes))
            if (left.task == nil) != (right.task == nil) { return left.task == nil }
            if first != second { return first < second }
            if left.usedNanoseconds != right.usedNanoseconds { return left.usedNanoseconds < right.usedNanoseconds }
            return (left.task ?? "", left.blobs[0].digest) < (right.task ?? "", right.blobs[0].digest)
        }
    }

    /// The removals, in order.
    public let removed: [Item]
    public let removedBytes: Int
    /// Bytes that are kept although they could be recomputed, by the first reason.
    public let heldBytes: [Hold: Int]
    /// Size of the whole store before: blobs and database.
    public let totalBytes: Int

    /// - Parameters:
    ///   - otherBytes: size of the store besides its blobs.
    ///   - holders: reasons to keep blobs.
    ///   - makers: for blobs with a result, the index in `results` of the one that recomputes them.
    init(
        blobs: [StoredBlob], otherBytes: Int = 0, holders: [Digest: Hold], makers: [Digest: Int],
        results: [(task: String, seconds: Double)], policy: CollectionPolicy
    ) {
        var held: [Hold: Int] = [:]
        var unnamed: [StoredBlob] = []
        var named: [Int: [StoredBlob]] = [:]
        for blob in blobs {
            if let hold = holders[blob.digest] {
                held[hold, default: 0] += blob.sizeBytes
            } else if let maker = makers[blob.digest] {
                named[maker, default: []].append(blob)
            } else {
                unnamed.append(blob)
            }
        }
        var items = unnamed.map { Item(task: nil, seconds: 0, blobs: [$0]) }
        if policy.removesResults {
            items += named.map { Item(task: results[$0.key].task, seconds: results[$0.key].seconds, blobs: $0.value) }
        }
        items.sort(by: Item.precedes)
        let total = blobs.reduce(otherBytes) { $0 + $1.sizeBytes }
        var remaining = total
        removed = items.filter { item in
            if let maximum = policy.maximumBytes, item.task != nil, remaining <= maximum { return false }
            remaining -= item.sizeBytes
            return true
        }
        (removedBytes, totalBytes, heldBytes) = (total - remaining, total, held)
    }
}
