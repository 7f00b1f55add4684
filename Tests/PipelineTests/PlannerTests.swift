import ContentStore
import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Dry runs and explanations")
struct PlannerTests {
    let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    private struct Resize: Stage {
        static let name = "resize"
        static let version = 1
        let size: Int
        let mode: String
        /// Excluded from the settings, so that a stage can declare other outputs with the same settings.
        var outputs = ["out"]

        private enum CodingKeys: String, CodingKey { case size, mode }

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

    @Test("Each task is cached, runs for a reason, or depends on one that runs")
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

    @Test("Causes are the tasks with reasons of their own, with their followers and the total time")
    func causes() throws {
        let blob = try fixture.store.put(bytes: [1])
        try fixture.run(tasks(Resize(size: 1, mode: "a"), blob: blob))
        let plan = try Planner.plan(
            TaskGraph(tasks(Resize(size: 2, mode: "a"), blob: blob) + [GraphFixture.task("new", after: ["after"])]),
            store: fixture.store, keyParts: [KeyPart("numerics", .integer(1))])
        #expect(plan.causes.map(\.cause.task.path) == ["resize"])
        #expect(plan.causes.map(\.followers) == [[TaskID("after"), TaskID("new")]])
        #expect(plan.estimate.unmeasured == [])
        let measured = try fixture.store.measuredDurations()
        let expected = measured["resize", default: 0] + 2 * measured["closure", default: 0]
        #expect(abs(plan.estimate.seconds! - expected) < 1e-9)
    }

    @Test("The history explains a rerun with old and new values, up to the first cause")
    func history() throws {
        let blob = try fixture.store.put(bytes: [1])
        func tasks(_ size: Int) -> [PipelineTask] {
            self.tasks(Resize(size: size, mode: "a"), blob: blob) + [GraphFixture.task("last", after: ["after"])]
        }
        for size in [1, 2, 2, 1] { try fixture.run(tasks(size)) }
        let last = try #require(try HistoryExplanation(task: "last", store: fixture.store))
        #expect(last.steps.map(\.task) == ["last", "after", "resize"])
        #expect(last.steps.map(\.run) == [2, 2, 2] && last.steps.map(\.before) == [1, 1, 1])
        #expect(last.steps[2].differences == [KeyDifference(part: "size", old: "1", new: "2")])
        #expect(last.steps[0].differences.map(\.part) == ["input after"])
        // Run 4 reused the results of run 1.
        let cached = try #require(try HistoryExplanation(task: "last", run: 4, against: 3, store: fixture.store))
        #expect(cached.steps.map(\.task) == ["last", "after", "resize"])
        #expect(cached.steps[2].differences == [KeyDifference(part: "size", old: "2", new: "1")])
        let same = try #require(try HistoryExplanation(task: "last", run: 3, against: 2, store: fixture.store))
        #expect(same.steps.map(\.task) == ["last"] && same.steps[0].differences == [])
        let first = try #require(try HistoryExplanation(task: "last", run: 1, store: fixture.store))
        #expect(first.steps.count == 1 && first.steps[0].before == nil)
        #expect(try HistoryExplanation(task: "nothing", store: fixture.store) == nil)
    }

    @Test("Long values are shortened to their difference")
    func longValues() {
        let items = (0..<100).map { "image\($0)" }
        let old = "[" + items.joined(separator: ", ") + "]"
        let text = KeyDifference(part: "images", old: old, new: old.replacing("image50,", with: "image50b,"))
            .description
        #expect(text.count < 150 && text.contains("image50, ") && text.contains("image50b, "))
        #expect(KeyDifference(part: "x", old: old, new: nil).description.hasSuffix(" -> (absent)"))
    }

    @Test("A changed order of inputs is a reason to run")
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
