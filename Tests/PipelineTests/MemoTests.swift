import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

@Suite("Memos")
struct MemoTests {
    let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    /// A task that squares the numbers below `count` in memos and counts the computed ones in `runs`.
    private func squares(_ count: Int, _ runs: Monitor<Int>, failsAt: Int? = nil, label: String = "squares")
        -> PipelineTask
    {
        GraphFixture.task(
            "squares", resources: .wholeMachine,
            stage: ClosureStage(label + "\(count)") { context in
                let digests = try context.memoAll(
                    stage: "square", version: 1, settings: (0..<count).map { ["n": $0] },
                    unit: "numbers"
                ) { index in
                    if index == failsAt { throw StageFailure(message: "cannot square \(index)") }
                    runs.update { $0 += 1 }
                    return Array("\(index * index)".utf8)
                }
                let texts = try digests.map {
                    String(decoding: try AtomicFile.read(context.blobPath($0)), as: UTF8.self)
                }
                try context.write(texts.joined(separator: " "))
            })
    }

    @Test("Results come in order, and a longer list computes only the new ones")
    func reuse() throws {
        let runs = Monitor(0)
        let first = try fixture.run([squares(5, runs)])
        #expect(try fixture.text(first, "squares") == "0 1 4 9 16")
        #expect(runs.inspect { $0 } == 5)
        let second = try fixture.run([squares(7, runs)])
        #expect(try fixture.text(second, "squares") == "0 1 4 9 16 25 36")
        #expect(runs.inspect { $0 } == 7)
        #expect(fixture.observer.progress.first == "squares 5/7 numbers")
        #expect(fixture.observer.progress.contains("squares 7/7 numbers"))
    }

    @Test("Memos of a failed task are reused by the next run")
    func afterFailure() throws {
        let runs = Monitor(0)
        let summary = try fixture.run([squares(20, runs, failsAt: 12)], jobs: 1)
        #expect(summary.failures.map(\.message) == ["cannot square 12"])
        #expect(runs.inspect { $0 } == 12)
        let next = try fixture.run([squares(20, runs)], jobs: 1)
        #expect(next.isSuccess)
        #expect(runs.inspect { $0 } == 20)
    }

    @Test("The reported error does not depend on thread timing")
    func lowestError() throws {
        for _ in 0..<20 {
            let error = #expect(throws: StageFailure.self) {
                try ThreadTeam.forEach(count: 50, threads: 4, named: "test") { index in
                    if index >= 10 { throw StageFailure(message: "\(index)") }
                }
            }
            #expect(error?.message == "10")
        }
    }

    @Test("A task references its memos and published blobs, and reruns if one is lost")
    func references() throws {
        let runs = Monitor(0)
        let task = GraphFixture.task(
            "a",
            stage: ClosureStage("a") { context in
                let published = try context.publish(bytes: [9])
                let memo = try context.memo(stage: "m", version: 1, settings: [String]()) {
                    runs.update { $0 += 1 }
                    return [8]
                }
                try context.write(published.hex + memo.hex)
            })
        try fixture.run([task])
        #expect(try fixture.run([task]).cached == 1)
        for (byte, expected): (UInt8, Int) in [(9, 1), (8, 2)] {
            try FileManager.default.removeItem(atPath: fixture.store.objectPath(.of([byte])))
            #expect(try fixture.run([task]).run == 1)
            #expect(runs.inspect { $0 } == expected)
            #expect(try fixture.store.contains(.of([byte])))
        }
    }

    @Test("A cancelled list of memos stops between two memos")
    func cancelled() throws {
        let runs = Monitor(0)
        let cancel = Mutex<Executor?>(nil)
        let task = GraphFixture.task(
            "a",
            stage: ClosureStage("a") { context in
                _ = try context.memoAll(
                    stage: "m", version: 1, settings: (0..<10).map { ["n": $0] }
                ) { index in
                    runs.update { $0 += 1 }
                    if index == 3 { cancel.withLock { $0 }?.cancel() }
                    return []
                }
                try context.write("x")
            })
        let executor = Executor(store: fixture.store, options: ExecutorOptions(jobs: 1))
        cancel.withLock { $0 = executor }
        #expect(try executor.run(TaskGraph([task])).isCancelled)
        cancel.withLock { $0 = nil }
        #expect(runs.inspect { $0 } == 4)
        #expect(try fixture.run([task]).isSuccess)
    }
}
