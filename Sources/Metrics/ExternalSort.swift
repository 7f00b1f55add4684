/// Sorts any number of 64-bit entries by their upper words within a bound of memory: an external merge sort (Knuth, The
/// Art of Computer Programming 3, section 5.4). What does not fit is sorted and written to a temporary file as a run; the
/// runs are merged while they are read. Without a second run nothing is written at all.
///
/// The order is that of one stable sort, so results are the same bits whatever the bound. Memory: `memoryLimitBytes` in
/// all, half of it for the entries and half for the buffer that the radix sort needs. Disk: 8 bytes for each entry.
struct ExternalSort {
    /// Less would make runs too short for sequential reading.
    static let smallestLimitBytes = 1 << 12

    private let capacity: Int
    private let folder: String
    private var buffer: [UInt64] = []
    private var file: ScratchFile?
    private var runs: [Range<Int>] = []

    /// - Parameter expectedCount: of entries, where it is known; then no memory is spent on growing.
    init(memoryLimitBytes: Int, folder: String, expectedCount: Int = 0) {
        capacity = max(memoryLimitBytes, Self.smallestLimitBytes) / (2 * MemoryLayout<UInt64>.size)
        self.folder = folder
        buffer.reserveCapacity(min(capacity, expectedCount))
    }

    mutating func append(_ entries: [UInt64]) throws(MetricsError) {
        var rest = entries[...]
        while !rest.isEmpty {
            if buffer.count == buffer.capacity { try makeRoom(for: rest.count) }
            let fitting = rest.prefix(buffer.capacity - buffer.count)
            buffer.append(contentsOf: fitting)
            rest.removeFirst(fitting.count)
        }
    }

    /// The entries in order. Nothing may be appended afterwards.
    mutating func sorted() throws(MetricsError) -> SortedEntries {
        guard file != nil else {
            RadixSort.sortByHighWord(&buffer)
            defer { buffer = [] }
            return SortedEntries(inMemory: buffer)
        }
        try spill()
        buffer = []
        guard let file else { fatalError("a run was written to no file") }
        return SortedEntries(file: file, runs: runs, memoryLimitEntries: capacity)
    }

    private mutating func makeRoom(for count: Int) throws(MetricsError) {
        if buffer.count >= capacity {
            try spill()
        } else {
            // Growing by itself, the array would overshoot the bound.
            buffer.reserveCapacity(min(capacity, max(2 * buffer.count, buffer.count + count)))
        }
    }

    private mutating func spill() throws(MetricsError) {
        guard !buffer.isEmpty else { return }
        if file == nil { file = try ScratchFile(folder: folder) }
        RadixSort.sortByHighWord(&buffer)
        try file?.append(buffer)
        let first = runs.last?.upperBound ?? 0
        runs.append(first..<first + buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}
