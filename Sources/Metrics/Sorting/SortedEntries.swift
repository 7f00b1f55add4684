/// Entries in ascending order of their upper words, in memory or as sorted runs in a file. They can be iterated any
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

    /// - Parameter memoryLimitEntries: The capacity of the buffers of all runs together.
    init(file: ScratchFile, runs: [Range<Int>], memoryLimitEntries: Int) {
        (self.file, self.runs, entries) = (file, runs, [])
        count = runs.last?.upperBound ?? 0
        // A mebibyte per run suffices for sequential reading. One more block holds merged entries.
        blockCapacity = min(1 << 17, max(1, memoryLimitEntries / (runs.count + 1)))
    }

    /// The number of runs; 1 if all entries are in memory.
    var runCount: Int { max(1, runs.count) }

    /// Returns an iterator that starts at the first entry.
    func walk() -> Walk {
        Walk(entries: entries, merge: file.map { RunMerge(file: $0, runs: runs, blockCapacity: blockCapacity) })
    }

    /// Iterates over the entries block by block.
    struct Walk {
        fileprivate var entries: [UInt64]
        fileprivate var merge: RunMerge?

        /// Replaces `block` with the next entries. Returns false at the end.
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

/// Merges sorted runs of a file. Ties are ordered by run, so the result equals that of one stable sort.
struct RunMerge {
    private struct Run {
        var block: [UInt64] = []
        var position = 0
        /// The entries that are still in the file.
        var rest: Range<Int>
    }

    private let file: ScratchFile
    private let blockCapacity: Int
    private var runs: [Run]
    /// A binary heap of the next entry of each run: the entry's upper word above the run's index.
    private var heap: [UInt64] = []
    private var isStarted = false

    init(file: ScratchFile, runs: [Range<Int>], blockCapacity: Int) {
        self.file = file
        self.blockCapacity = blockCapacity
        self.runs = runs.map { Run(rest: $0) }
    }

    /// Replaces the content of `output` with the next entries in order; empty at the end.
    mutating func fill(_ output: inout [UInt64]) throws(MetricsError) {
        output.removeAll(keepingCapacity: true)
        output.reserveCapacity(blockCapacity)
        if !isStarted { try start() }
        while output.count < blockCapacity, let top = heap.first {
            let number = Int(top & 0xFFFF_FFFF)
            // While this run stays below all others, the heap remains valid.
            let next = heap.count > 2 ? min(heap[1], heap[2]) : heap.count == 2 ? heap[1] : .max
            var head = top
            repeat {
                output.append(runs[number].block[runs[number].position])
                runs[number].position += 1
                guard try refill(number) else {
                    let last = heap.removeLast()
                    if !heap.isEmpty { heap[0] = last }
                    break
                }
                head = self.head(of: number)
                heap[0] = head
            } while head < next && output.count < blockCapacity
            siftDown()
        }
    }

    private mutating func start() throws(MetricsError) {
        isStarted = true
        for number in runs.indices where try refill(number) { heap.append(head(of: number)) }
        // A sorted array is a heap.
        heap.sort()
    }

    private func head(of run: Int) -> UInt64 {
        runs[run].block[runs[run].position] & ~0xFFFF_FFFF | UInt64(run)
    }

    /// Reads the next block of a run if the current one is used up. Returns false at the end of the run.
    private mutating func refill(_ number: Int) throws(MetricsError) -> Bool {
        if runs[number].position < runs[number].block.count { return true }
        let rest = runs[number].rest
        guard !rest.isEmpty else { return false }
        let count = min(blockCapacity, rest.count)
        try file.read(rest.lowerBound, count: count, into: &runs[number].block)
        runs[number].rest = rest.lowerBound + count..<rest.upperBound
        runs[number].position = 0
        return true
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
