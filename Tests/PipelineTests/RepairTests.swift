import ContentStore
import Foundation
import PipelineTestSupport
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

    @Test("A cached task whose output is gone runs again, what follows stays cached")
    func missing() throws {
        let first = try fixture.run(tasks)
        let digest = try #require(first.output(of: TaskID("a"), named: "out"))
        try FileManager.default.removeItem(atPath: fixture.store.objectPath(digest))
        let plan = try Planner.plan(
            TaskGraph(tasks), store: fixture.store, keyParts: [KeyPart("numerics", .integer(1))])
        #expect(plan.steps.map(\.decision) == [.run(reasons: [.outputMissing("out")]), .dependsOn(TaskID("a"))])
        let second = try fixture.run(tasks)
        #expect((second.run, second.cached) == (1, 1))
        #expect(fixture.store.contains(digest))
    }

    @Test("A damaged blob found by its consumer is set aside and made again within the same run")
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

    /// The same store in the eyes of a process that has not hashed its blobs: a copy of it.
    private func reopened() throws -> ContentStore {
        let copy = other.path + "/store"
        fixture.store.flush()
        try FileManager.default.copyItem(atPath: fixture.folder.path, toPath: copy)
        return try ContentStore(path: copy)
    }

    @Test("A damaged blob that no task makes fails the task with what to do")
    func external() throws {
        let digest = try fixture.store.put(bytes: [1, 2, 3])
        try FileManager.default.removeItem(atPath: fixture.store.objectPath(digest))
        let summary = try fixture.run([GraphFixture.task("a", blobs: [digest])])
        #expect(summary.failures.map(\.message) == [StoreError.missingBlob(digest).description])
    }

    @Test("A disk that keeps losing a blob fails the run instead of keeping it busy for ever")
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
}
