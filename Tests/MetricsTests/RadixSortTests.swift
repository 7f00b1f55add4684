import Testing

@testable import Metrics

@Suite("Sorting of pixels")
struct RadixSortTests {
    @Test("radix sort orders by the upper word and keeps the order of equal ones", arguments: [0, 1, 2, 1000, 70_000])
    func sorts(count: Int) {
        let words: [UInt64] = (0..<count).map { index in
            let mixed = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15 >> 32
            return (index % 3 == 0 ? mixed : mixed % 7) << 32 | UInt64(index)
        }
        var sorted = words
        RadixSort.sortByHighWord(&sorted)
        // The lower word is the position, so the order of the whole words is that of a stable sort.
        #expect(sorted == words.sorted())
    }

    @Test("pixels of every magnitude and sign come out from the highest down and unchanged")
    func keys() throws {
        let values: [Float] = [
            0, 1, -1, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
            -.leastNonzeroMagnitude, 1e6, -1e6, 1e-30, -1e-30, 0.5, -0.0,
        ]
        let map = LabelledMap(
            name: "a", width: values.count, height: 1, values: values, mask: nil, isAnomalous: false)
        var ranking = PixelRanking(options: PixelMetricsOptions())
        try ranking.add(map)
        var walk = try ranking.ranked().entries.walk()
        var entries: [UInt64] = []
        #expect(try walk.next(&entries))
        #expect(entries.map(RankedPixels.value) == values.sorted(by: >))
    }
}
