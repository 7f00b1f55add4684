import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

@Suite("Executor")
struct ExecutorTests {
    let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    private func diamond(a: String = "a") -> [PipelineTask] {
        [
            GraphFixture.task("a", label: a), GraphFixture.task("b", after: ["a"]),
            GraphFixture.task("c", after: ["a"]), GraphFixture.task("d", after: ["b", "c"]),
        ]
    }

    @Test("A second run of a graph is cached, also through a new store object", arguments: [1, 4])
    func caching(jobs: Int) throws {
        let first = try fixture.run(diamond(), jobs: jobs)
        #expect(first.isSuccess && first.run == 4 && first.cached == 0)
        #expect(try fixture.text(first, "d") == "d(b(a()) c(a()))")
        let second = try fixture.run(diamond(), jobs: jobs)
        #expect(second.isSuccess && second.run == 0 && second.cached == 4)
        #expect(second.output(of: TaskID("d"), named: "out") == first.output(of: TaskID("d"), named: "out"))
        #expect(fixture.observer.tasks(.cached) == ["a", "b", "c", "d"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.store.path + "/attempts").isEmpty)
    }

    @Test("A run whose requirement cannot be read ends as failed, and its results stay")
    func unreadableRequirement() throws {
        let observer = RecordingObserver()
        let executor = Executor(
            store: fixture.store, options: ExecutorOptions(jobs: 1, keyParts: [KeyPart("numerics", .integer(1))]),
            observer: observer)
        let lost = StoreError.missingBlob(.of(text: "requirements"))
        #expect(throws: lost) { try executor.run(TaskGraph(diamond())) { _ in throw lost } }
        #expect(observer.finishedRuns == 1)
        #expect(try fixture.store.executions(limit: 1).map(\.outcome) == ["failed"])
        #expect(try fixture.run(diamond()).cached == 4)
    }

    @Test("A change reruns its dependents; a change of the run's key parts reruns everything")
    func change() throws {
        try fixture.run(diamond())
        #expect(try fixture.run(diamond(a: "A")).run == 4)
        #expect(try fixture.run(diamond() + [GraphFixture.task("e", after: ["d"])]).run == 1)
        #expect(try fixture.run(diamond(), version: 2).run == 4)
    }

    @Test("Consumers stay cached if a rerun gives the same output")
    func earlyCutOff() throws {
        func tasks(_ label: String) -> [PipelineTask] {
            [
                GraphFixture.task("a", stage: ClosureStage(label) { try $0.write("same") }),
                GraphFixture.task("b", after: ["a"]), GraphFixture.task("c", after: ["b"]),
            ]
        }
        try fixture.run(tasks("one"))
        let summary = try fixture.run(tasks("two"))
        #expect((summary.run, summary.cached) == (1, 2))
        #expect(fixture.observer.tasks(.run) == ["a"])
    }

    @Test("A failure skips its dependents and reports the cause", arguments: [false, true])
    func failure(keepGoing: Bool) throws {
        let tasks = [
            GraphFixture.task("bad", stage: GraphFixture.failing("camera")), GraphFixture.task("x", after: ["bad"]),
            GraphFixture.task("y", after: ["x", "good"]), GraphFixture.task("good"),
            GraphFixture.task("z", after: ["good"]),
            GraphFixture.task("worse", after: ["good"], stage: GraphFixture.failing("light")),
        ]
        let summary = try fixture.run(tasks, keepGoing: keepGoing, jobs: 1)
        #expect(!summary.isSuccess && !summary.isCancelled)
        #expect(summary.failures.first == ExecutionSummary.Failure(task: TaskID("bad"), message: "camera broke"))
        if keepGoing {
            #expect(summary.failures.map(\.task.path) == ["bad", "worse"])
            #expect(fixture.observer.tasks(.run) == ["good", "z"])
            #expect(fixture.observer.tasks(.skipped) == ["x", "y"])
        } else {
            #expect(summary.failures.count == 1)
            #expect(summary.run + summary.failed + summary.skipped == 6)
        }
        #expect(summary.output(of: TaskID("x"), named: "out") == nil)
        #expect(try fixture.store.jobs(ofTask: "bad").map(\.log) == ["camera broke"])
        #expect(try fixture.run(tasks, keepGoing: keepGoing, jobs: 1).failed >= 1)
    }

    @Test("Missing, undeclared and irregular outputs fail the task")
    func outputChecks() throws {
        let summary = try fixture.run(
            [
                GraphFixture.task("none", stage: ClosureStage("1") { _ in }),
                GraphFixture.task(
                    "more",
                    stage: ClosureStage("2") {
                        try $0.write("x")
                        try $0.write("y", to: "extra")
                    }),
                GraphFixture.task(
                    "link",
                    stage: ClosureStage("3") {
                        try FileManager.default.createSymbolicLink(
                            atPath: $0.outputPath("out"), withDestinationPath: "/etc/passwd")
                    }),
                GraphFixture.task("input", stage: ClosureStage("4") { _ = try $0.inputPath("image") }),
            ], keepGoing: true)
        let messages = summary.failures.map(\.message)
        #expect(messages.count == 4)
        #expect(messages[0] == PipelineError.missingOutputs(task: TaskID("none"), names: ["out"]).description)
        #expect(messages[1] == PipelineError.undeclaredOutputs(task: TaskID("more"), names: ["extra"]).description)
        #expect(messages[2].contains("/out"))
        #expect(messages[3] == PipelineError.unknownInput(task: TaskID("input"), name: "image", known: []).description)
    }

    @Test("A stage without outputs is cached")
    func noOutputs() throws {
        let tasks = [GraphFixture.task("check", stage: ClosureStage("check", outputs: []) { _ in })]
        #expect(try fixture.run(tasks).run == 1)
        #expect(try fixture.run(tasks).cached == 1)
    }

    @Test("Warnings of a cached task are reported again")
    func warnings() throws {
        let tasks = [
            GraphFixture.task(
                "a",
                stage: ClosureStage("a") {
                    $0.warn("two images are grey")
                    $0.log("read 5 images")
                    try $0.write("x")
                })
        ]
        let expected = [ExecutionSummary.Warning(task: TaskID("a"), text: "two images are grey")]
        #expect(try fixture.run(tasks).warnings == expected)
        #expect(try fixture.run(tasks).warnings == expected)
        #expect(try fixture.store.jobs(ofTask: "a").map(\.log) == ["read 5 images\n"])
    }

    @Test("Cancelling interrupts running tasks and keeps commits, and the next run resumes")
    func cancellation() throws {
        let gate = Monitor(false)
        let tasks = [
            GraphFixture.task("first"),
            GraphFixture.task(
                "waits", after: ["first"],
                stage: ClosureStage("waits") { context in
                    if gate.inspect({ $0 }) { return try context.write("done") }
                    gate.update { $0 = true }
                    while true {
                        try context.checkCancellation()
                        usleep(1000)
                    }
                }), GraphFixture.task("last", after: ["waits"]),
        ]
        let options = ExecutorOptions(jobs: 2, keyParts: [KeyPart("numerics", .integer(1))])
        let executor = Executor(store: fixture.store, options: options)
        try ThreadTeam.start(named: "canceller") {
            gate.wait { $0 ? () : nil }
            executor.cancel()
        }
        let summary = try executor.run(TaskGraph(tasks))
        #expect(summary.isCancelled && summary.failed == 0)
        #expect((summary.run, summary.skipped) == (1, 2))
        #expect(try fixture.store.jobs(ofTask: "waits").map(\.status) == ["cancelled"])
        let next = try fixture.run(tasks)
        #expect(next.isSuccess && next.cached + next.run == 3 && next.run == 2)
    }

    @Test("A light task gets one thread, a whole-machine task the configured number")
    func threads() throws {
        let stage = ClosureStage("threads") { try $0.write("\($0.threads)") }
        let graph = try TaskGraph([
            GraphFixture.task("light", stage: stage),
            GraphFixture.task("whole", blobs: [fixture.store.put(bytes: [1])], resources: .wholeMachine, stage: stage),
        ])
        let summary = try Executor(store: fixture.store, options: ExecutorOptions(jobs: 1, threads: 7)).run(graph)
        #expect(try fixture.text(summary, "light") == "1")
        #expect(try fixture.text(summary, "whole") == "7")
    }
}
