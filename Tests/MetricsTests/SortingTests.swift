import Foundation
import Testing

@testable import Metrics

@Suite("External sort")
struct ExternalSortTests {
    /// Entries with `distinct` different upper words and their position as lower word.
    private func entries(_ count: Int, distinct: UInt64) -> [UInt64] {
        (0..<count).map { index in
            let mixed = (UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15) >> 33
            return (mixed % distinct) << 32 | UInt64(index)
        }
    }

    private func sorted(_ entries: [UInt64], limitBytes: Int) throws -> SortedEntries {
        var sort = ExternalSort(memoryLimitBytes: limitBytes, folder: NSTemporaryDirectory())
        // Pieces of different sizes, like maps.
        var (rest, size) = (entries[...], 0)
        while !rest.isEmpty {
            size += 100
            try sort.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return try sort.sorted()
    }

    private func all(_ entries: SortedEntries) throws -> [UInt64] {
        var all: [UInt64] = []
        var walk = entries.walk()
        var block: [UInt64] = []
        while try walk.next(&block) { all += block }
        return all
    }

    @Test(
        "Merged runs have the order of one stable sort",
        arguments: [0, 1, 255, 256, 257, 5000, 70_000], [1 as UInt64, 3, 1000, 1 << 31])
    func order(count: Int, distinct: UInt64) throws {
        let entries = entries(count, distinct: distinct)
        let result = try sorted(entries, limitBytes: ExternalSort.smallestLimitBytes)
        // The lower word is the position, so sorting whole words is a stable sort.
        #expect(try all(result) == entries.sorted())
        #expect(result.count == count)
    }

    @Test("Entries that fit are not written; others form runs of the size of the memory")
    func spilling() throws {
        #expect(try sorted(entries(65_536, distinct: 1000), limitBytes: 1 << 20).runCount == 1)
        #expect((3...4).contains(try sorted(entries(250_000, distinct: 1000), limitBytes: 1 << 20).runCount))
    }

    @Test("A block never exceeds its run's share of the limit")
    func blocks() throws {
        let result = try sorted(entries(300_000, distinct: 1 << 31), limitBytes: 1 << 20)
        var walk = result.walk()
        var block: [UInt64] = []
        var largest = 0
        while try walk.next(&block) { largest = max(largest, block.count) }
        // Half a mebibyte of 8-byte entries, shared by the runs and the merged block.
        #expect(largest <= 65_536 / (result.runCount + 1))
    }

    @Test("Entries can be iterated repeatedly and concurrently")
    func walks() throws {
        let result = try sorted(entries(5000, distinct: 1000), limitBytes: ExternalSort.smallestLimitBytes)
        var (first, second) = (result.walk(), result.walk())
        var (left, right): ([UInt64], [UInt64]) = ([], [])
        while try first.next(&left) {
            #expect(try second.next(&right))
            #expect(left == right)
        }
        #expect(try !second.next(&right))
    }

    @Test("The temporary file is anonymous, and a missing folder is an error with a remedy")
    func folder() throws {
        let folder = NSTemporaryDirectory() + "/sort-\(UUID().uuidString)"
        var sort = ExternalSort(memoryLimitBytes: 0, folder: folder)
        let error = #expect(throws: MetricsError.self) {
            try sort.append(entries(1000, distinct: 7))
        }
        let message = "\(try #require(error))"
        #expect(message.contains(folder) && message.contains("TMPDIR"))

        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var second = ExternalSort(memoryLimitBytes: 0, folder: folder)
        try second.append(entries(1000, distinct: 7))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        #expect(try second.sorted().count == 1000)
    }
}

@Suite("Radix sort")
struct RadixSortTests {
    @Test("Sorting is by the upper word and stable", arguments: [0, 1, 2, 1000, 70_000])
    func sorts(count: Int) {
        let words: [UInt64] = (0..<count).map { index in
            let mixed = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15 >> 32
            return (index % 3 == 0 ? mixed : mixed % 7) << 32 | UInt64(index)
        }
        var sorted = words
        RadixSort.sortByHighWord(&sorted)
        // The lower word is the position, so sorting whole words is a stable sort.
        #expect(sorted == words.sorted())
    }

    @Test("Pixels of every magnitude and sign are restored in descending order")
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
