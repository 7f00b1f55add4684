import Glibc
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

@Suite("Limits on the memory of a run")
struct MemoryLimitTests {
    private static let mebibyte = 1 << 20

    /// A limit that leaves so many MiB for tasks.
    private static func limit(_ available: Int) -> MemoryLimit {
        MemoryLimit(bytes: TaskMemory.programBytes + available * mebibyte)
    }

    private static func task(
        _ name: String, _ mebibytes: Int, perThread: Int = 0, resources: TaskResources = .light,
        work: @escaping @Sendable (TaskContext) throws -> Void = { try $0.write("x") }
    ) -> PipelineTask {
        PipelineTask(
            id: TaskID(name), stage: ClosureStage(name, work: work), inputs: [], resources: resources,
            memory: TaskMemory(bytes: mebibytes * mebibyte, bytesPerThread: perThread * mebibyte))
    }

    @Test("Tasks start together only as far as they fit, in their order")
    func together() throws {
        let graph = try TaskGraph([Self.task("a", 60), Self.task("b", 60), Self.task("c", 20), Self.task("d", 20)])
        var plan = ExecutionPlan(graph: graph, memory: Self.limit(100))
        for task in plan.takeDetermined() { plan.resolve(task, isCached: false) }
        #expect(plan.start() == 0)
        // The third would fit, but would delay the second.
        #expect(plan.start() == nil)
        plan.release(0)
        plan.succeed(0)
        #expect([plan.start(), plan.start(), plan.start()] == [1, 2, 3])
        for task in 1...3 { plan.release(task) }
        #expect(plan.start() == nil && plan.count(.running) == 3)
    }

    @Test("Whole-machine tasks wait for memory too, and a task larger than the limit runs alone")
    func wholeMachine() throws {
        let graph = try TaskGraph([
            Self.task("a", 10, perThread: 30, resources: .wholeMachine), Self.task("b", 200), Self.task("c", 1),
        ])
        var plan = ExecutionPlan(graph: graph, memory: Self.limit(100), threads: 8)
        for task in plan.takeDetermined() { plan.resolve(task, isCached: false) }
        // Three threads: 10 + 3 * 30.
        #expect(plan.start() == 0 && plan.start() == nil)
        plan.release(0)
        #expect(plan.start() == 1 && plan.start() == nil)
        plan.release(1)
        #expect(plan.start() == 2)
    }

    @Test(
        "Threads are as many as fit, at least one, and as wanted if they take no memory",
        arguments: [(100, 3), (130, 4), (1000, 8), (20, 1), (0, 1)])
    func threads(_ available: Int, _ expected: Int) {
        let memory = TaskMemory(bytes: 10 << 20, bytesPerThread: 30 << 20)
        #expect(Self.limit(available).threads(8, for: memory) == expected)
        #expect(Self.limit(available).threads(8, for: .small) == 8)
    }

    @Test("Tasks get the threads that fit, and never run together beyond the limit", arguments: [1, 2, 4])
    func execution(_ tasksAtOnce: Int) throws {
        let fixture = try ExecutorFixture()
        let state = Mutex((running: 0, most: 0, threads: Set<Int>()))
        let tasks = (0..<12).map { number in
            Self.task("\(number)", 30, perThread: 10, resources: number == 0 ? .wholeMachine : .light) { context in
                state.withLock {
                    $0.running += 1
                    $0.most = max($0.most, $0.running)
                    $0.threads.insert(context.threads)
                }
                usleep(2000)
                state.withLock { $0.running -= 1 }
                try context.write("x")
            }
        }
        var options = ExecutorOptions(jobs: 4, threads: 8)
        options.memory = Self.limit(40 * tasksAtOnce)
        let summary = try Executor(store: fixture.store, options: options).run(TaskGraph(tasks))
        #expect(summary.run == 12)
        let (most, threads) = state.withLock { ($0.most, $0.threads) }
        #expect(most <= tasksAtOnce)
        // The whole-machine task: 30 MiB and 10 for each of at most eight threads.
        #expect(threads == [1, min(8, 4 * tasksAtOnce - 3)])
    }

    @Test("A task that does not fit alone is refused before any task runs")
    func refusal() throws {
        let fixture = try ExecutorFixture()
        let tasks = [
            Self.task("small", 10) { _ in Issue.record("a task of a refused run ran") },
            Self.task("large", 90, perThread: 20, resources: .wholeMachine),
        ]
        var options = ExecutorOptions(jobs: 2)
        options.memory = Self.limit(100)
        let expected = PipelineError.needsMemory(
            task: TaskID("large"), bytes: 238 << 20, limit: 228 << 20)
        #expect(throws: expected) {
            try Executor(store: fixture.store, options: options).run(TaskGraph(tasks))
        }
        #expect(
            expected.description.hasPrefix(
                "Task large needs about 238 MiB, with the program and one thread, but execution.memory allows 228 MiB;")
        )
    }
}
