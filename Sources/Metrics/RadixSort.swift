/// Least-significant-digit radix sort: O(n) whatever the values, stable, and one buffer of the same size.
enum RadixSort {
    /// Digits are bytes: with more values, what is being written lies in more pages than the processor keeps addresses of.
    private static let shifts: [UInt64] = [32, 40, 48, 56]

    /// Sorts by the upper 32 bits of each entry, ascending; entries that agree there keep their order.
    static func sortByHighWord(_ entries: inout [UInt64]) {
        let counts = histograms(entries.span)
        var other = [UInt64](repeating: 0, count: entries.count)
        for (shift, counts) in zip(shifts, counts) where !counts.contains(entries.count) {
            scatter(entries.span, into: other.mutableSpan, shift: shift, counts: counts)
            swap(&entries, &other)
        }
    }

    /// How often each value of each digit occurs: all at once, as reading the entries is what takes the time.
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
