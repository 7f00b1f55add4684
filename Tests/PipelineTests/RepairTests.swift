import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

@Suite("Lost and damaged blobs")
struct RepairTests {
    let fixture: ExecutorFixture
    let other: TemporaryFolder
    let tasks = [GraphFixture.task("a"), GraphFixture.task("b", after: ["a"])]

    init() throws {
        fixture = try ExecutorFixture()
        other = try TemporaryFolder()
    }

    private func damage(_ digest: Digest) throws {
        let path = fixture.store.objectPath(digest)
        let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        try FileManager.default.removeItem(atPath: path)
        try Data(count: size).write(to: URL(fileURLWithPath: path))
    }

    @Test("A cached task with a missing output runs again, and its consumers stay cached")
    func missing() throws {
        let first = try fixture.run(tasks)
        let digest = try #require(first.output(of: TaskID("a"), named: "out"))
        try FileManager.default.removeItem(atPath: fixture.store.objectPath(digest))
        let plan = try Planner.plan(
            TaskGraph(tasks), store: fixture.store, keyParts: [KeyPart("numerics", .integer(1))])
        #expect(plan.steps.map(\.decision) == [.run(reasons: [.outputMissing("out")]), .dependsOn(TaskID("a"))])
        let second = try fixture.run(tasks)
        #expect((second.run, second.cached) == (1, 1))
        #expect(try fixture.store.contains(digest))
    }

    @Test("A damaged blob is set aside and produced again within the run")
    func damagedInput() throws {
        let first = try fixture.run(tasks)
        let digest = try #require(first.output(of: TaskID("a"), named: "out"))
        try damage(digest)
        let fresh = try reopened()
        let more = tasks + [GraphFixture.task("c", after: ["a", "b"]), GraphFixture.task("d", after: ["a"])]
        let observer = RecordingObserver()
        let options = ExecutorOptions(jobs: 2, keyParts: [KeyPart("numerics", .integer(1))])
        let summary = try Executor(store: fresh, options: options, observer: observer).run(TaskGraph(more))
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect((summary.run, summary.cached) == (3, 1))
        #expect(observer.tasks(.run) == ["a", "c", "d"])
        #expect(try fresh.read(digest) == Array("a()".utf8))
        #expect(try fresh.ledger().map(\.kind) == ["damaged"])
    }

    @Test("A task that was computed again counts as run, even if a second task reports its old blob later")
    func reportedTwice() throws {
        let first = try fixture.run(tasks)
        let digest = try #require(first.output(of: TaskID("a"), named: "out"))
        try damage(digest)
        let fresh = try reopened()
        let attempts = Mutex(0)
        let late = ClosureStage("late") { context in
            // As if it had read the blob before the repair.
            if attempts.withLock({
                $0 += 1; return $0
            }) == 1 {
                throw StoreError.missingBlob(digest)
            }
            try context.write("late")
        }
        let more = [
            tasks[0], GraphFixture.task("c", after: ["a"]), GraphFixture.task("d", after: ["a", "c"], stage: late),
        ]
        let observer = RecordingObserver()
        let options = ExecutorOptions(jobs: 2, keyParts: [KeyPart("numerics", .integer(1))])
        let summary = try Executor(store: fresh, options: options, observer: observer).run(TaskGraph(more))
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect((summary.run, summary.cached) == (3, 0))
        #expect(observer.tasks(.run) == ["a", "c", "d"])
    }

    /// A copy of the store, as a process sees it that has not verified its blobs.
    private func reopened() throws -> ContentStore {
        let copy = other.path + "/store"
        fixture.store.flush()
        try FileManager.default.copyItem(atPath: fixture.folder.path, toPath: copy)
        return try ContentStore(path: copy)
    }

    @Test("A damaged blob without a producer fails the task with a remedy")
    func external() throws {
        let digest = try fixture.store.put(bytes: [1, 2, 3])
        try FileManager.default.removeItem(atPath: fixture.store.objectPath(digest))
        let summary = try fixture.run([GraphFixture.task("a", blobs: [digest])])
        #expect(summary.failures.map(\.message) == [StoreError.missingBlob(digest).description])
    }

    @Test("A disk that keeps losing a blob fails the run")
    func hopeless() throws {
        let store = fixture.store
        let loser = GraphFixture.task(
            "b", after: ["a"],
            stage: ClosureStage("loser") { context in
                try FileManager.default.removeItem(atPath: store.objectPath(context.inputDigest("a")))
                _ = try context.inputPath("a")
            })
        let summary = try fixture.run([GraphFixture.task("a"), loser])
        #expect(summary.failures.map(\.task.path) == ["b"])
        #expect(fixture.observer.started.map(\.path) == ["a", "b", "a", "b"])
    }

    /// a refers to a blob, b passes its digest on, and c reads it.
    private func chain(_ refer: ClosureStage) -> [PipelineTask] {
        [
            GraphFixture.task("a", stage: refer),
            GraphFixture.task("b", after: ["a"], stage: ClosureStage("pass") { try $0.write($0.text(of: "a")) }),
        ]
    }

    private let reading = GraphFixture.task(
        "c", after: ["b"],
        stage: ClosureStage("read") { context in
            let path = try context.blobPath(try Digest(hex: context.text(of: "b")))
            try context.write(String(decoding: try AtomicFile.read(path), as: UTF8.self))
        })

    @Test("A damaged blob is produced again for an indirect reader")
    func ancestor() throws {
        let refer = ClosureStage("refer") { try $0.write(try $0.publish(bytes: Array("pixels".utf8)).hex) }
        try fixture.run(chain(refer))
        try damage(.of(text: "pixels"))
        let fresh = try reopened()
        let options = ExecutorOptions(jobs: 2, keyParts: [KeyPart("numerics", .integer(1))])
        let summary = try Executor(store: fresh, options: options).run(TaskGraph(chain(refer) + [reading]))
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect((summary.run, summary.cached) == (2, 1))
        #expect(try fresh.read(.of(text: "pixels")) == Array("pixels".utf8))
    }

    @Test("If the producer of a damaged blob fails, the reader is skipped and the run ends")
    func failingAncestor() throws {
        let runs = Monitor(0)
        let refer = ClosureStage("refer once") { context in
            let count = runs.update { runs -> Int in
                runs += 1
                return runs
            }
            guard count == 1 else { throw StageFailure(message: "no light") }
            try context.write(try context.publish(bytes: Array("pixels".utf8)).hex)
        }
        try fixture.run(chain(refer))
        try damage(.of(text: "pixels"))
        let fresh = try reopened()
        let options = ExecutorOptions(jobs: 2, keepGoing: true, keyParts: [KeyPart("numerics", .integer(1))])
        let summary = try Executor(store: fresh, options: options).run(TaskGraph(chain(refer) + [reading]))
        #expect(summary.failures.map(\.task.path) == ["a"])
        #expect((summary.failed, summary.skipped, summary.cached) == (1, 1, 1))
    }

    @Test("A failed repair ends the wait of an indirect reader")
    func failingRepair() throws {
        let runs = Monitor(0)
        let light = ClosureStage("light once") { context in
            let count = runs.update { runs -> Int in
                runs += 1
                return runs
            }
            guard count == 1 else { throw StageFailure(message: "no light") }
            try context.write("light")
        }
        func tasks(_ more: [PipelineTask]) -> [PipelineTask] {
            [
                GraphFixture.task("light", stage: light),
                GraphFixture.task(
                    "a", after: ["light"],
                    stage: ClosureStage("refer") { context in
                        _ = try context.text(of: "light")
                        try context.write(try context.publish(bytes: Array("pixels".utf8)).hex)
                    }),
                GraphFixture.task("b", after: ["a"], stage: ClosureStage("pass") { try $0.write($0.text(of: "a")) }),
            ] + more
        }
        try fixture.run(tasks([]))
        for blob in ["pixels", "light"] { try damage(.of(text: blob)) }
        let fresh = try reopened()
        let options = ExecutorOptions(jobs: 2, keepGoing: true, keyParts: [KeyPart("numerics", .integer(1))])
        let summary = try Executor(store: fresh, options: options).run(TaskGraph(tasks([reading])))
        #expect(summary.failures.map(\.task.path) == ["light"])
        #expect((summary.failed, summary.skipped, summary.cached) == (1, 2, 1))
    }

    @Test("A folder in place of a blob is set aside and the blob produced again", arguments: [true, false])
    func displaced(isRead: Bool) throws {
        let first = try fixture.run(tasks)
        let digest = try #require(first.output(of: TaskID("a"), named: "out"))
        let path = fixture.store.objectPath(digest)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let again = try fixture.run(isRead ? tasks + [GraphFixture.task("c", after: ["a"])] : tasks)
        #expect(again.isSuccess && again.run == (isRead ? 2 : 1), "\(again.failures)")
        #expect(try fixture.store.read(digest) == Array("a()".utf8))
    }

    @Test("A lost intermediate result counts as done until a task reads it; then its producers run again")
    func intermediate() throws {
        func tasks(_ last: String) -> [PipelineTask] {
            let steps = [GraphFixture.task("a"), GraphFixture.task("b", after: ["a"])].map {
                PipelineTask(id: $0.id, stage: $0.stage, inputs: $0.inputs, isIntermediate: true)
            }
            return steps + [GraphFixture.task("c", label: last, after: ["b"])]
        }
        let first = try fixture.run(tasks("c"))
        for task in ["a", "b"] {
            let digest = try #require(first.output(of: TaskID(task), named: "out"))
            try FileManager.default.removeItem(atPath: fixture.store.objectPath(digest))
        }
        let keyParts = [KeyPart("numerics", .integer(1))]
        #expect(try Planner.plan(TaskGraph(tasks("c")), store: fixture.store, keyParts: keyParts).cachedCount == 3)
        #expect(try fixture.run(tasks("c")).cached == 3)
        let second = try fixture.run(tasks("C"))
        #expect(second.isSuccess && second.run == 3, "\(second.failures)")
        #expect(try fixture.text(second, "c") == "C(b(a()))")
    }
}
