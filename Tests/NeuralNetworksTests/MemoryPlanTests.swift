import SeededRandom
import Testing

@testable import NeuralNetworks

@Suite("Memory plans")
struct MemoryPlanTests {
    static func randomBlocks(seed: UInt64) -> [MemoryPlan.Block] {
        var generator = SeededGenerator(seed: seed, stream: "blocks")
        return (0..<generator.integer(in: 0...40)).map { _ in
            let start = generator.integer(below: 30)
            // Some blocks are empty, many have equal sizes, and few sizes are multiples of the alignment.
            let bytes = generator.chance(0.3) ? 64 * generator.integer(below: 4) : generator.integer(below: 5000)
            return MemoryPlan.Block(bytes: bytes, life: start...start + generator.integer(below: 8))
        }
    }

    static func rounded(_ bytes: Int, to alignment: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

    @Test("Blocks with overlapping lifetimes never share a byte", arguments: [1, 64, 4096])
    func disjoint(_ alignment: Int) {
        for seed in 0..<UInt64(300) {
            let blocks = Self.randomBlocks(seed: seed)
            let plan = MemoryPlan(blocks, alignment: alignment)
            let ends = zip(plan.offsets, blocks).map { $0 + $1.bytes }
            var clashes: [String] = []
            for first in blocks.indices {
                for second in blocks.indices where second > first && blocks[first].life.overlaps(blocks[second].life) {
                    guard plan.offsets[first] < ends[second], plan.offsets[second] < ends[first] else { continue }
                    if blocks[first].bytes > 0, blocks[second].bytes > 0 { clashes.append("\(first) and \(second)") }
                }
            }
            #expect(clashes.isEmpty, "seed \(seed)")
            #expect(plan.offsets.allSatisfy { $0 >= 0 && $0 % alignment == 0 })
            #expect(plan.totalBytes >= ends.max() ?? 0)
        }
    }

    @Test("The total is between the peak of live bytes and the sum of all blocks")
    func bounds() {
        var (planned, everything, peaks) = (0, 0, 0)
        for seed in 0..<UInt64(300) {
            let blocks = Self.randomBlocks(seed: seed)
            let total = MemoryPlan(blocks, alignment: 64).totalBytes
            let all = blocks.reduce(0) { $0 + Self.rounded($1.bytes, to: 64) }
            let peak =
                (0..<40).map { time in
                    blocks.filter { $0.life.contains(time) }.reduce(0) { $0 + Self.rounded($1.bytes, to: 64) }
                }.max() ?? 0
            #expect((peak...all).contains(total))
            (planned, everything, peaks) = (planned + total, everything + all, peaks + peak)
        }
        // On average the plan is far closer to the peak of live bytes than to the sum.
        #expect(planned - peaks < (everything - peaks) / 5)
    }

    @Test("A chain of layers uses the memory of two")
    func chain() {
        let blocks = (0..<10).map { MemoryPlan.Block(bytes: 1000, life: $0...$0 + 1) }
        let plan = MemoryPlan(blocks)
        #expect(plan.totalBytes == 2 * 1024)
        #expect(Set(plan.offsets) == [0, 1024])
    }

    @Test("Lifetimes that share one step overlap")
    func touchingLives() {
        let plan = MemoryPlan([
            MemoryPlan.Block(bytes: 64, life: 0...3), MemoryPlan.Block(bytes: 64, life: 3...5),
            MemoryPlan.Block(bytes: 64, life: 4...6),
        ])
        #expect(plan.offsets == [0, 64, 0])
        #expect(plan.totalBytes == 128)
        #expect(MemoryPlan([]).totalBytes == 0)
    }
}
