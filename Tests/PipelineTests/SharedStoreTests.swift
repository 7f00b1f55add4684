import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

/// Runs that share a store. Each has its own store object, which the others see as another process.
@Suite("Concurrent runs on one store")
struct SharedStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func executor(
        _ observer: RecordingObserver = RecordingObserver(), jobs: Int = 2, threads: Int = 1, cores: Int = 1
    ) throws -> Executor {
        Executor(
            store: try ContentStore(path: folder.path),
            options: ExecutorOptions(jobs: jobs, threads: threads, cores: cores), observer: observer)
    }

    /// Runs each executor on its own thread. Returns the summaries in the same order.
    private func run(_ executors: [Executor], _ graph: TaskGraph) throws -> [ExecutionSummary] {
        let summaries = Monitor([ExecutionSummary?](repeating: nil, count: executors.count))
        try ThreadTeam.forEach(count: executors.count, threads: executors.count, named: "run") { index in
            let summary = try executors[index].run(graph)
            summaries.update { $0[index] = summary }
        }
        return summaries.inspect { $0.compactMap(\.self) }
    }

    @Test("Concurrent runs of a graph compute every task once", arguments: [1, 2, 3])
    func sharing(count: Int) throws {
        let calls = Mutex<[String: Int]>([:])
        func counting(_ name: String, after producers: [String] = []) -> PipelineTask {
            GraphFixture.task(
                name, after: producers,
                stage: ClosureStage(name) { context in
                    calls.withLock { $0[name, default: 0] += 1 }
                    usleep(2_000)
                    try context.write(name)
                })
        }
        let leaves = (0..<40).map { counting("leaf/\($0)") }
        let chain = (0..<6).map { counting("chain/\($0)", after: $0 == 0 ? ["leaf/0"] : ["chain/\($0 - 1)"]) }
        let last = counting("last", after: leaves.map(\.id.path) + ["chain/5"])
        let graph = try TaskGraph(leaves + chain + [last])
        let summaries = try run((0..<count).map { _ in try executor() }, graph)
        #expect(summaries.allSatisfy { $0.isSuccess && $0.run + $0.cached == graph.count })
        #expect(summaries.reduce(0) { $0 + $1.run } == graph.count)
        #expect(calls.withLock { $0.values.allSatisfy { $0 == 1 } && $0.count == graph.count })
        let store = try ContentStore(path: folder.path, mode: .readOnly)
        #expect(try store.ledger().isEmpty)
        #expect(try graph.tasks.allSatisfy { try store.jobs(ofTask: $0.id.path).map(\.attempt) == [1] })
    }

    @Test("A run that waits for another one does other work and stops at once when cancelled")
    func waiting() throws {
        let gate = Monitor((isStarted: false, isOpen: false))
        let slow = GraphFixture.task(
            "slow",
            stage: ClosureStage("slow") { context in
                gate.update { $0.isStarted = true }
                gate.wait { $0.isOpen ? () : nil }
                try context.write("slow")
            })
        let first = try executor()
        let firstRun = Monitor<ExecutionSummary?>(nil)
        try ThreadTeam.start(named: "first") {
            let summary = try? first.run(TaskGraph([slow]))
            firstRun.update { $0 = summary }
        }
        gate.wait { $0.isStarted ? () : nil }
        let observer = RecordingObserver()
        let second = try executor(observer, jobs: 1)
        let secondRun = Monitor<ExecutionSummary?>(nil)
        try ThreadTeam.start(named: "second") {
            let summary = try? second.run(
                TaskGraph([slow, GraphFixture.task("after", after: ["slow"]), GraphFixture.task("other")]))
            secondRun.update { $0 = summary }
        }
        while observer.tasks(.run) != ["other"] { usleep(1_000) }
        #expect(observer.waited.map(\.path) == ["slow"])
        second.cancel()
        // "slow" still runs.
        let stopped = secondRun.wait { $0 }
        #expect(stopped.isCancelled && stopped.run == 1 && stopped.skipped == 2)
        gate.update { $0.isOpen = true }
        #expect(firstRun.wait { $0 }.isSuccess)
    }

    @Test("A waiting run retries a task that failed in another run")
    func takingOver() throws {
        let calls = Atomic<Int>(0)
        let flaky = GraphFixture.task(
            "flaky",
            stage: ClosureStage("flaky") { context in
                usleep(100_000)
                if calls.add(1, ordering: .relaxed).newValue == 1 { throw StageFailure(message: "no light") }
                try context.write("light")
            })
        let summaries = try run([try executor(), try executor()], TaskGraph([flaky]))
        #expect(summaries.map(\.failed).reduce(0, +) == 1 && summaries.map(\.run).reduce(0, +) == 1)
        let jobs = try ContentStore(path: folder.path, mode: .readOnly).jobs(ofTask: "flaky")
        #expect(jobs.map(\.status) == ["failed", "succeeded"] && jobs.map(\.attempt) == [1, 2])
    }

    /// Short tasks that count their computations.
    private static func momentary(_ count: Int, _ calls: Monitor<Int>) throws -> TaskGraph {
        let leaves = (0..<count).map { number in
            GraphFixture.task(
                "leaf/\(number)",
                stage: ClosureStage("leaf \(number)") { context in
                    calls.update { $0 += 1 }
                    usleep(2_000)
                    try context.write("leaf \(number)")
                })
        }
        return try TaskGraph(leaves + [GraphFixture.task("last", after: leaves.map(\.id.path))])
    }

    @Test(
        "Concurrent runs and imports of the same results succeed without discarding any",
        arguments: 0..<6)
    func importing(round: Int) throws {
        let calls = Monitor(0)
        let graph = try Self.momentary(30, calls)
        let source = try TemporaryFolder()
        let bundle = source.path + "/bundle"
        let other = try ContentStore(path: source.path + "/store")
        #expect(try Executor(store: other, options: ExecutorOptions(jobs: 2)).run(graph).isSuccess)
        _ = try other.export(try other.subject("run 1"), to: bundle)
        calls.update { $0 = 0 }
        let path = folder.path
        let summaries = Monitor<[ExecutionSummary]>([])
        let imported = Monitor<[Int]>([])
        let executors = try [executor(), executor(jobs: 3)]
        try ThreadTeam.forEach(count: 4, threads: 4, named: "process") { index in
            usleep(UInt32(3_000 * (index + round) % 25_000))
            if index % 2 == 0 {
                let summary = try executors[index / 2].run(graph)
                return summaries.update { $0.append(summary) }
            }
            let store = try ContentStore(path: path)
            let execution = try store.beginExecution(command: "import", versions: "")
            let summary = try store.importBundle(bundle, execution: execution)
            try store.endExecution(execution, outcome: .succeeded)
            imported.update { $0.append(summary.newResults) }
        }
        for summary in summaries.inspect({ $0 }) {
            #expect(summary.isSuccess && summary.run + summary.cached == graph.count, "\(summary.failures)")
        }
        let store = try ContentStore(path: path)
        #expect(try store.ledger().isEmpty)
        let run = summaries.inspect { $0.reduce(0) { $0 + $1.run } }
        #expect(run + imported.inspect { $0.reduce(0, +) } == graph.count)
        #expect(try graph.tasks.allSatisfy { try store.jobs(ofTask: $0.id.path).count == 1 })
        #expect(try store.verify(threads: 1).isSound && store.verifyHistory().isSound)
    }

    @Test(
        "A result that loses the race at its commit is replaced by the winner's", arguments: [1, 3])
    func losing(count: Int) throws {
        let other = try ContentStore(path: folder.path)
        let execution = try other.beginExecution(command: "other", versions: "")
        let key = ActionKey(
            stage: ClosureStage.name, version: ClosureStage.version, parts: [KeyPart("label", .text("race"))])
        let calls = Monitor(0)
        let race = GraphFixture.task(
            "race",
            stage: ClosureStage("race") { context in
                try context.write("ours")
                let call = calls.update { calls -> Int in
                    calls += 1
                    return calls
                }
                guard call <= count else { return }
                // Another process takes the next number, and succeeds only the last time.
                let attempt = try other.beginAttempt(key, execution: execution, task: "race", lastAttempt: 10 * call)
                let bytes = Array("theirs".utf8)
                let result = ActionResult(
                    outputs: [ActionOutput(name: "out", digest: try other.put(bytes: bytes), sizeBytes: bytes.count)])
                try other.commit(
                    JobRecord(
                        key: key, attempt: attempt, task: "race",
                        outcome: call == count ? .succeeded(result) : .failed("no light", .failed), startedAt: 1,
                        durationSeconds: 0), execution: execution)
            })
        let summary = try executor().run(TaskGraph([race, GraphFixture.task("after", after: ["race"])]))
        #expect(summary.isSuccess && summary.run == 1 && summary.cached == 1, "\(summary.failures)")
        #expect(summary.output(of: TaskID("race"), named: "out") == .of(text: "theirs"))
        #expect(calls.inspect { $0 } == count)
        #expect(try other.ledger().map(\.kind) == Array(repeating: "discarded", count: count))
    }

    @Test("A store that keeps discarding results fails the run")
    func endlessRace() throws {
        let other = try ContentStore(path: folder.path)
        let execution = try other.beginExecution(command: "other", versions: "")
        let key = ActionKey(
            stage: ClosureStage.name, version: ClosureStage.version, parts: [KeyPart("label", .text("race"))])
        let race = GraphFixture.task(
            "race",
            stage: ClosureStage("race") { context in
                try context.write("ours")
                let last = try other.lookUpWithAttempts(key.digest).lastAttempt ?? 0
                let attempt = try other.beginAttempt(
                    key, execution: execution, task: "race", lastAttempt: last + 10)
                try other.commit(
                    JobRecord(
                        key: key, attempt: attempt, task: "race", outcome: .failed("no light", .failed), startedAt: 1,
                        durationSeconds: 0), execution: execution)
            })
        let summary = try executor().run(TaskGraph([race]))
        #expect(summary.failures.map(\.message).first?.contains("discarded repeatedly") == true)
    }

    @Test("Whole-machine tasks of different runs do not overlap")
    func machine() throws {
        let running = Atomic<Int>(0)
        func heavy(_ name: String) -> PipelineTask {
            GraphFixture.task(
                name, resources: .wholeMachine,
                stage: ClosureStage(name) { context in
                    if running.add(1, ordering: .relaxed).newValue > 1 {
                        throw StageFailure(message: "two at a time")
                    }
                    usleep(20_000)
                    running.subtract(1, ordering: .relaxed)
                    try context.write(name)
                })
        }
        let executors = [try executor(threads: 2, cores: 2), try executor(threads: 2, cores: 2)]
        let graphs = try (0..<2).map { index in try TaskGraph((0..<3).map { heavy("heavy/\(index)/\($0)") }) }
        let summaries = Monitor<[ExecutionSummary]>([])
        try ThreadTeam.forEach(count: 2, threads: 2, named: "run") { index in
            let summary = try executors[index].run(graphs[index])
            summaries.update { $0.append(summary) }
        }
        #expect(summaries.inspect { $0.allSatisfy { $0.isSuccess && $0.run == 3 } })
    }

    /// Has another execution compute a graph between the look-up of a run's tasks and the claims.
    private struct Overtaker: ExecutionObserver {
        let other: Executor
        let graph: TaskGraph

        func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {
            if outcome == .cached, task.path == "first" { _ = try? other.run(graph) }
        }
    }

    @Test("A result that another run publishes between look-up and claim is used, and what needs it goes on")
    func overtaken() throws {
        let first = GraphFixture.task("first")
        let chain = [
            GraphFixture.task("a"), GraphFixture.task("b", after: ["a"]), GraphFixture.task("c", after: ["b"]),
        ]
        _ = try executor().run(TaskGraph([first]))
        let overtaker = Overtaker(other: try executor(), graph: try TaskGraph([chain[0]]))
        let run = Executor(
            store: try ContentStore(path: folder.path), options: ExecutorOptions(jobs: 2), observer: overtaker)
        let summary = try run.run(TaskGraph([first] + chain))
        #expect(summary.isSuccess && summary.run == 2 && summary.cached == 2, "\(summary)")
    }
}
