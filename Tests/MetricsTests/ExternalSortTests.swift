import Foundation
import Testing

@testable import Metrics

@Suite("Sorting beyond the memory")
struct ExternalSortTests {
    /// Entries whose upper words take `distinct` values, and whose lower words say where they came from.
    private func entries(_ count: Int, distinct: UInt64) -> [UInt64] {
        (0..<count).map { index in
            let mixed = (UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15) >> 33
            return (mixed % distinct) << 32 | UInt64(index)
        }
    }

    private func sorted(_ entries: [UInt64], limitBytes: Int) throws -> SortedEntries {
        var sort = ExternalSort(memoryLimitBytes: limitBytes, folder: NSTemporaryDirectory())
        // Pieces of different sizes, as maps are.
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
        "runs are merged into the order of one stable sort",
        arguments: [0, 1, 255, 256, 257, 5000, 70_000], [1 as UInt64, 3, 1000, 1 << 31])
    func order(count: Int, distinct: UInt64) throws {
        let entries = entries(count, distinct: distinct)
        let result = try sorted(entries, limitBytes: ExternalSort.smallestLimitBytes)
        // The lower word is the position, so the order of the whole words is that of a stable sort.
        #expect(try all(result) == entries.sorted())
        #expect(result.count == count)
    }

    @Test("as long as the entries fit, nothing is written; beyond that there are runs of what fits")
    func spilling() throws {
        #expect(try sorted(entries(65_536, distinct: 1000), limitBytes: 1 << 20).runCount == 1)
        #expect((3...4).contains(try sorted(entries(250_000, distinct: 1000), limitBytes: 1 << 20).runCount))
    }

    @Test("a block never holds more than the share of the limit that each run has")
    func blocks() throws {
        let result = try sorted(entries(300_000, distinct: 1 << 31), limitBytes: 1 << 20)
        var walk = result.walk()
        var block: [UInt64] = []
        var largest = 0
        while try walk.next(&block) { largest = max(largest, block.count) }
        // Half a mebibyte of 8 bytes, for each run and for what is merged.
        #expect(largest <= 65_536 / (result.runCount + 1))
    }

    @Test("entries can be walked several times, and at the same time")
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

    @Test("the temporary file has no name, and a folder that is not there is an error with the remedy")
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
