import ContentStore
import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Plans and their reasons")
struct PlannerTests {
    let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    private struct Resize: Stage {
        static let name = "resize"
        static let version = 1
        let size: Int
        let mode: String
        var outputs = ["out"]
        var parameters: [KeyPart] { [KeyPart("size", .integer(size)), KeyPart("mode", .text(mode))] }

        func run(_ context: TaskContext) throws { try context.write("\(size) \(mode)") }
    }

    private func tasks(_ stage: Resize, blob: Digest) -> [PipelineTask] {
        [GraphFixture.task("resize", blobs: [blob], stage: stage), GraphFixture.task("after", after: ["resize"])]
    }

    private func decisions(_ tasks: [PipelineTask]) throws -> [Plan.Decision] {
        let readOnly = try ContentStore(path: fixture.store.path, mode: .readOnly)
        return try Planner.plan(TaskGraph(tasks), store: readOnly, keyParts: [KeyPart("numerics", .integer(1))])
            .steps.map(\.decision)
    }

    @Test("Each task is cached, will run for a reason, or depends on one that will")
    func reasons() throws {
        let blob = try fixture.store.put(bytes: [1])
        let other = try fixture.store.put(bytes: [2])
        let stage = Resize(size: 256, mode: "bilinear")
        #expect(try decisions(tasks(stage, blob: blob)) == [.run(reasons: [.neverRan]), .dependsOn(TaskID("resize"))])
        try fixture.run(tasks(stage, blob: blob))
        #expect(try decisions(tasks(stage, blob: blob)) == [.cached, .cached])
        let changed = try decisions(tasks(Resize(size: 128, mode: "bilinear"), blob: other))
        #expect(
            changed == [
                .run(reasons: [
                    .differs(KeyDifference(part: "size", old: "256", new: "128")),
                    .differs(KeyDifference(part: "input blob 0", old: blob.short, new: other.short)),
                ]), .dependsOn(TaskID("resize")),
            ])
        let unusable = try decisions(tasks(Resize(size: 256, mode: "bilinear", outputs: ["out", "extra"]), blob: blob))
        #expect(unusable.first == .run(reasons: [.resultUnusable]))
    }

    @Test("A failed attempt does not count as the last success")
    func failedBetween() throws {
        let blob = try fixture.store.put(bytes: [1])
        try fixture.run(tasks(Resize(size: 1, mode: "a"), blob: blob))
        try fixture.run([GraphFixture.task("resize", stage: GraphFixture.failing("x"))])
        #expect(
            try decisions(tasks(Resize(size: 1, mode: "b"), blob: blob)).first
                == .run(reasons: [.differs(KeyDifference(part: "mode", old: "\"a\"", new: "\"b\""))]))
    }

    @Test("A changed order of inputs is a reason too")
    func inputOrder() throws {
        let producers = [GraphFixture.task("x"), GraphFixture.task("y")]
        try fixture.run(producers + [GraphFixture.task("z", after: ["x", "y"])])
        #expect(
            try decisions(producers + [GraphFixture.task("z", after: ["y", "x"])]).last
                == .run(reasons: [
                    .differs(KeyDifference(part: "order of the inputs", old: "x, y", new: "y, x"))
                ]))
    }
}
