/// Entries in the order of their upper words, ascending, in memory or as sorted runs in a file. They can be walked any
/// number of times.
struct SortedEntries {
    let count: Int
    private let entries: [UInt64]
    private let file: ScratchFile?
    private let runs: [Range<Int>]
    private let blockCapacity: Int

    init(inMemory entries: [UInt64]) {
        (self.entries, count) = (entries, entries.count)
        (file, runs, blockCapacity) = (nil, [], 0)
    }

    /// - Parameter memoryLimitEntries: what the buffers of all runs may hold together.
    init(file: ScratchFile, runs: [Range<Int>], memoryLimitEntries: Int) {
        (self.file, self.runs, entries) = (file, runs, [])
        count = runs.last?.upperBound ?? 0
        // A mebibyte is enough for sequential reading; one more block is for what is merged.
        blockCapacity = min(1 << 17, max(1, memoryLimitEntries / (runs.count + 1)))
    }

    /// How many runs there are; 1 when all entries are in memory.
    var runCount: Int { max(1, runs.count) }

    /// A walk from the first entry on.
    func walk() -> Walk {
        Walk(entries: entries, merge: file.map { RunMerge(file: $0, runs: runs, blockCapacity: blockCapacity) })
    }

    /// Hands out the entries block by block.
    struct Walk {
        fileprivate var entries: [UInt64]
        fileprivate var merge: RunMerge?

        /// Replaces `block` by the next entries; false when there are no more.
        mutating func next(_ block: inout [UInt64]) throws(MetricsError) -> Bool {
            if merge != nil {
                try merge?.fill(&block)
            } else {
                block = entries
                entries = []
            }
            return !block.isEmpty
        }
    }
}
