/// Least-significant-digit radix sort: O(n) whatever the values, stable, and one buffer of the same size.
enum RadixSort {
    private static let digits: [(shift: UInt64, bits: UInt64)] = [(32, 11), (43, 11), (54, 10)]

    /// Sorts by the upper 32 bits of each entry, ascending; entries that agree there keep their order.
    static func sortByHighWord(_ entries: inout [UInt64]) {
        var other = [UInt64](repeating: 0, count: entries.count)
        for digit in digits {
            scatter(entries.span, into: other.mutableSpan, shift: digit.shift, mask: (1 << digit.bits) - 1)
            swap(&entries, &other)
        }
    }

    private static func scatter(
        _ source: Span<UInt64>, into target: consuming MutableSpan<UInt64>, shift: UInt64, mask: UInt64
    ) {
        var counts = [Int](repeating: 0, count: Int(mask) + 1)
        var target = target
        var positions = counts.mutableSpan
        for index in source.indices { positions[Int(source[index] >> shift & mask)] += 1 }
        var start = 0
        for digit in positions.indices {
            let count = positions[digit]
            positions[digit] = start
            start += count
        }
        for index in source.indices {
            let entry = source[index]
            let digit = Int(entry >> shift & mask)
            target[positions[digit]] = entry
            positions[digit] += 1
        }
    }
}
