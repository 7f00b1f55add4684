/// The offsets of memory blocks in one arena. Blocks whose lifetimes do not overlap may share bytes.
///
/// Greedy by size: each block, from the largest, takes the lowest offset that is free during its lifetime. Optimal
/// packing is NP-hard; for chains of layers the result is within a few per cent of the peak of live bytes.
struct MemoryPlan: Equatable {
    struct Block: Equatable {
        var bytes: Int
        /// The steps from the first write to the last read.
        var life: ClosedRange<Int>
    }

    private(set) var offsets: [Int]
    private(set) var totalBytes: Int

    init(_ blocks: [Block], alignment: Int = 64) {
        offsets = Array(repeating: 0, count: blocks.count)
        totalBytes = 0
        var placed: [(start: Int, end: Int, life: ClosedRange<Int>)] = []
        let order = blocks.indices.sorted { (blocks[$1].bytes, $0) < (blocks[$0].bytes, $1) }
        for index in order {
            let block = blocks[index]
            let bytes = (block.bytes + alignment - 1) / alignment * alignment
            var start = 0
            for other in placed.filter({ $0.life.overlaps(block.life) }).sorted(by: { $0.start < $1.start }) {
                if start + bytes <= other.start { break }
                start = max(start, other.end)
            }
            offsets[index] = start
            placed.append((start, start + bytes, block.life))
            totalBytes = max(totalBytes, start + bytes)
        }
    }
}
