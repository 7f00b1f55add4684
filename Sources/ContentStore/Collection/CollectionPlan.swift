/// What garbage collection would remove and keep, and why. A pure value.
public struct CollectionPlan: Sendable {
    /// Why blobs stay. In order of precedence.
    public enum Hold: Int, Sendable, CaseIterable {
        case pinned, promoted, backbone, night, manifest, run, recent, busy
    }

    /// The blobs of one result, which are only of use together.
    public struct Item: Sendable {
        /// The task; `nil` for blobs that no result names.
        public let task: String?
        /// How long the result took to make.
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

        /// What is quickest to make again for each byte comes first, then what was not used for longest.
        static func precedes(_ left: Item, _ right: Item) -> Bool {
            // seconds / bytes, without dividing by nothing
            let (first, second) = (left.seconds * Double(right.sizeBytes), right.seconds * Double(left.sizeBytes))
            if (left.task == nil) != (right.task == nil) { return left.task == nil }
            if first != second { return first < second }
            if left.usedNanoseconds != right.usedNanoseconds { return left.usedNanoseconds < right.usedNanoseconds }
            return (left.task ?? "", left.blobs[0].digest) < (right.task ?? "", right.blobs[0].digest)
        }
    }

    /// What goes, in the order in which it goes.
    public let removed: [Item]
    public let removedBytes: Int
    /// Bytes that stay although they could be made again, by the first reason.
    public let heldBytes: [Hold: Int]
    /// Of the whole store before: blobs and database.
    public let totalBytes: Int

    /// - Parameters:
    ///   - otherBytes: what the store takes besides blobs.
    ///   - holders: for blobs that stay, why.
    ///   - makers: for blobs that a result names, the position in `results` of that which makes them again.
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
