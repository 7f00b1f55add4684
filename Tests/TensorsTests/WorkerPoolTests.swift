import Tensors
import Testing

@Suite("Worker pool")
struct WorkerPoolTests {
    @Test("Every piece runs exactly once, in every run", arguments: 1...4)
    func everyPieceOnce(_ workers: Int) {
        let pool = WorkerPool(workerCount: workers)
        defer { pool.stop() }
        #expect(pool.workerCount == workers)
        let largest = 37
        // A row per worker, so that threads never share a counter.
        let counts = AlignedBuffer<Int>(count: workers * largest)
        for run in 0..<2000 {
            let pieces = run % (largest + 1)
            pool.run(pieces) { piece, worker in counts.pointer[worker * largest + piece] += 1 }
            let done = (0..<largest).map { piece in
                (0..<workers).reduce(0) { $0 + counts.pointer[$1 * largest + piece] }
            }
            let isRight = done.enumerated().allSatisfy { $1 == ($0 < pieces ? 1 : 0) }
            #expect(isRight, "run \(run): \(done)")
            if !isRight { return }
            counts.copy([Int](repeating: 0, count: counts.count))
        }
    }

    @Test("All pieces have finished when a run returns", arguments: 1...4)
    func runsFollowEachOther(_ workers: Int) {
        let pool = WorkerPool(workerCount: workers)
        defer { pool.stop() }
        let count = 64
        var values = (0..<count).map { UInt64($0) }
        var expected = values
        for _ in 0..<300 {
            let before = values
            values.withUnsafeMutableBufferPointer { values in
                let values = values
                pool.run(count) { piece, _ in
                    values[piece] = before[(piece + 1) % count] &* 6_364_136_223_846_793_005 &+ UInt64(piece)
                }
            }
            expected = (0..<count).map {
                expected[($0 + 1) % count] &* 6_364_136_223_846_793_005 &+ UInt64($0)
            }
        }
        #expect(values == expected)
    }

    @Test("The calling thread takes part, and a worker runs one piece at a time")
    func workersAreDistinct() {
        let pool = WorkerPool(workerCount: 3)
        defer { pool.stop() }
        let busy = AlignedBuffer<Int>(count: 3), clashes = AlignedBuffer<Int>(count: 3)
        for _ in 0..<200 {
            pool.run(30) { piece, worker in
                if busy.pointer[worker] != 0 { clashes.pointer[worker] += 1 }
                busy.pointer[worker] = piece + 1
                let work = (0..<200).reduce(piece) { $0 &* 31 &+ $1 }
                busy.pointer[worker] = work == .min ? 1 : 0
            }
        }
        #expect(clashes.values == [0, 0, 0])
        var workers: [Int] = []
        pool.run(1) { _, worker in workers.append(worker) }
        #expect(workers == [0])
    }

    @Test("Mapped results keep the order of their elements, and the first error is thrown", arguments: [1, 3])
    func mapping(_ workers: Int) throws {
        struct Odd: Error, Equatable { var number: Int }
        let pool = WorkerPool(workerCount: workers)
        defer { pool.stop() }
        #expect(pool.map(Array(0..<100)) { "\($0)" } == (0..<100).map { "\($0)" })
        #expect(pool.map([Int]()) { $0 } == [])
        #expect(throws: Odd(number: 3)) {
            try pool.map([2, 4, 3, 6, 5]) { number throws(Odd) in
                if number % 2 == 1 { throw Odd(number: number) }
                return number
            }
        }
    }

    @Test("Small and large buffers start with zeros", arguments: [0, 1, 100, (1 << 18) - 1, 1 << 18, (1 << 20) + 3])
    func zeros(_ count: Int) {
        let buffer = AlignedBuffer<Float>(count: count)
        #expect(buffer.values.allSatisfy { $0 == 0 })
        #expect(Int(bitPattern: buffer.pointer) % 64 == 0)
        if count > 0 {
            buffer.copy([1], at: count - 1)
            #expect(buffer.values(count - 1..<count) == [1])
        }
    }

    @Test("A pool has at least one worker, and zero pieces are a no-op", arguments: [-3, 0, 1])
    func smallest(_ workers: Int) {
        let pool = WorkerPool(workerCount: workers)
        defer { pool.stop() }
        #expect(pool.workerCount == 1)
        var pieces: [Int] = []
        for count in [-1, 0, 3] { pool.run(count) { piece, _ in pieces.append(piece) } }
        #expect(pieces == [0, 1, 2])
    }
}
