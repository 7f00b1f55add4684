/// Sorts any number of 64-bit entries by their upper words within a memory limit: an external merge sort (Knuth, The
/// Art of Computer Programming 3, section 5.4). Entries beyond the limit are sorted and written to a temporary file as
/// a run; runs are merged on reading. If all entries fit, no file is written.
///
/// The order is that of a single stable sort, so results do not depend on the limit. Memory: `memoryLimitBytes`, half
/// for entries and half for the buffer of the radix sort. Disk: 8 bytes per entry.
struct ExternalSort {
    /// Smaller runs would defeat sequential reading.
    static let smallestLimitBytes = 1 << 12

    private let capacity: Int
    private let folder: String
    private var buffer: [UInt64] = []
    private var file: ScratchFile?
    private var runs: [Range<Int>] = []

    /// - Parameter expectedCount: The number of entries if known; avoids reallocation.
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

    /// Returns the sorted entries. Nothing may be appended afterwards.
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
            // Automatic growth would exceed the limit.
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

/// Least-significant-digit radix sort: O(n), stable, with one buffer of the same size.
enum RadixSort {
    /// Digits of one byte: with more buckets, the write positions would lie in more pages than the TLB holds.
    private static let shifts: [UInt64] = [32, 40, 48, 56]

    /// Sorts by the upper 32 bits of each entry, ascending and stable.
    static func sortByHighWord(_ entries: inout [UInt64]) {
        let counts = histograms(entries.span)
        var other = [UInt64](repeating: 0, count: entries.count)
        for (shift, counts) in zip(shifts, counts) where !counts.contains(entries.count) {
            scatter(entries.span, into: other.mutableSpan, shift: shift, counts: counts)
            swap(&entries, &other)
        }
    }

    /// Counts the values of all digits in one pass, because reading the entries dominates the time.
    private static func histograms(_ source: Span<UInt64>) -> [[Int]] {
        var all = [Int](repeating: 0, count: 4 << 8)
        var counts = all.mutableSpan
        for index in source.indices {
            let entry = source[index]
            counts[Int(entry >> 32 & 0xFF)] += 1
            counts[256 + Int(entry >> 40 & 0xFF)] += 1
            counts[512 + Int(entry >> 48 & 0xFF)] += 1
            counts[768 + Int(entry >> 56)] += 1
        }
        return stride(from: 0, to: all.count, by: 256).map { Array(all[$0..<$0 + 256]) }
    }

    private static func scatter(
        _ source: Span<UInt64>, into target: consuming MutableSpan<UInt64>, shift: UInt64, counts: [Int]
    ) {
        var target = target
        var starts = counts
        var positions = starts.mutableSpan
        var start = 0
        for digit in positions.indices {
            positions[digit] = start
            start += counts[digit]
        }
        for index in source.indices {
            let entry = source[index]
            let digit = Int(entry >> shift & 0xFF)
            target[positions[digit]] = entry
            positions[digit] += 1
        }
    }
}
