import ContentStore
import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Task graphs")
struct TaskGraphTests {
    @Test("Producers come before consumers, otherwise in the given order")
    func order() throws {
        let graph = try TaskGraph([
            GraphFixture.task("d", after: ["b", "c"]), GraphFixture.task("b", after: ["a"]), GraphFixture.task("a"),
            GraphFixture.task("c", after: ["a"]), GraphFixture.task("e"),
        ])
        #expect(graph.order.map { graph.tasks[$0].id.path } == ["a", "e", "b", "c", "d"])
    }

    @Test("A task's critical path is its stage's duration plus the longest path after it")
    func criticalPaths() throws {
        let graph = try TaskGraph([
            GraphFixture.task("a"), GraphFixture.task("b", after: ["a"]), GraphFixture.task("c", after: ["b", "a"]),
        ])
        #expect(graph.criticalPaths(durations: [:]) == [3, 2, 1])
        #expect(graph.criticalPaths(durations: ["closure": 0.5]) == [1.5, 1, 0.5])
    }

    @Test("A cycle is reported in full from its first task, without the tasks that lead to it")
    func cycle() {
        let tasks = [
            GraphFixture.task("start"), GraphFixture.task("before", after: ["c"]),
            GraphFixture.task("a", after: ["start", "b"]), GraphFixture.task("b", after: ["c"]),
            GraphFixture.task("c", after: ["a"]),
        ]
        let error = #expect(throws: GraphError.self) { try TaskGraph(tasks) }
        #expect(error == .cycle(["a", "b", "c"].map(TaskID.init)))
        #expect(
            "\(error!)" == "The tasks form a cycle: a needs b needs c needs a; remove one of these inputs.")
        #expect(throws: GraphError.cycle([TaskID("x")])) { try TaskGraph([GraphFixture.task("x", after: ["x"])]) }
    }

    @Test("All faults are reported at once")
    func faults() {
        let stage = ClosureStage("s", outputs: ["out", "a/b", "out", "..", ""]) { _ in }
        let input = TaskInput(name: "i", source: .blob(.of(text: "")))
        let tasks = [
            PipelineTask(id: TaskID("a"), stage: stage, inputs: [input, input]),
            GraphFixture.task("a", after: ["none"]),
            PipelineTask(
                id: TaskID("b"), stage: GraphFixture.joining("b"),
                inputs: [TaskInput(name: "x", source: .output(TaskID("b"), "map"))]),
        ]
        let (a, b) = (TaskID("a"), TaskID("b"))
        #expect(
            throws: GraphError.several([
                .invalidOutputName(task: a, output: "a/b"), .duplicateOutput(task: a, output: "out"),
                .invalidOutputName(task: a, output: ".."), .invalidOutputName(task: a, output: ""),
                .duplicateTask(a), .duplicateInput(task: a, input: "i"),
                .unknownProducer(task: a, input: "none", producer: TaskID("none")),
                .unknownOutput(task: b, input: "x", producer: b, output: "map", declared: ["out"]),
            ])
        ) { try TaskGraph(tasks) }
    }

    @Test("A graph without tasks ends immediately")
    func empty() throws {
        let graph = try TaskGraph([])
        #expect(ExecutionPlan(graph: graph).isOver)
        let folder = try TemporaryFolder()
        let store = try ContentStore(path: folder.path)
        let summary = try Executor(store: store, options: ExecutorOptions(jobs: 2)).run(graph)
        #expect(summary.isSuccess && summary.total == 0)
    }
}
