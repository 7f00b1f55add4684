/// Merges sorted runs of a file. Of equal upper words, those of the earlier run come first, so that the order is that of
/// one stable sort.
struct RunMerge {
    private struct Run {
        var block: [UInt64] = []
        var position = 0
        /// What is still in the file.
        var rest: Range<Int>
    }

    private let file: ScratchFile
    private let blockCapacity: Int
    private var runs: [Run]
    /// A binary heap of what each run has next: the upper word of the entry above the number of the run.
    private var heap: [UInt64] = []
    private var isStarted = false

    init(file: ScratchFile, runs: [Range<Int>], blockCapacity: Int) {
        self.file = file
        self.blockCapacity = blockCapacity
        self.runs = runs.map { Run(rest: $0) }
    }

    /// Replaces the content of `output` by the next entries in order; by none at the end.
    mutating func fill(_ output: inout [UInt64]) throws(MetricsError) {
        output.removeAll(keepingCapacity: true)
        output.reserveCapacity(blockCapacity)
        if !isStarted { try start() }
        while output.count < blockCapacity, let top = heap.first {
            let number = Int(top & 0xFFFF_FFFF)
            // As long as this run stays below all others, the heap need not be touched.
            let next = heap.count > 2 ? min(heap[1], heap[2]) : heap.count == 2 ? heap[1] : .max
            var head = top
            repeat {
                output.append(runs[number].block[runs[number].position])
                runs[number].position += 1
                guard try refill(number) else {
                    removeTop()
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

    /// Reads the next block of a run if the last one is used up; false when the run is.
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

    private mutating func removeTop() {
        let last = heap.removeLast()
        if !heap.isEmpty { heap[0] = last }
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
