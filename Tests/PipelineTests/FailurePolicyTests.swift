import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

@Suite("Failure policy")
struct FailurePolicyTests {
    let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    private func run(_ tasks: [PipelineTask], _ policy: FailurePolicy = FailurePolicy(), check: Double = 0) throws
        -> ExecutionSummary
    {
        var options = ExecutorOptions(jobs: 2, keyParts: [KeyPart("numerics", .integer(1))])
        options.policy = policy
        options.checkedShare = check
        return try Executor(store: fixture.store, options: options).run(TaskGraph(tasks))
    }

    @Test("Each failure class has its own retry limit, and delays double up to a minute")
    func delays() {
        let policy = FailurePolicy(retries: [.killed: 2, .failed: 9], backOffSeconds: 4)
        let killed = AttemptFailure(.killed, "signal 9")
        #expect(policy.delay(after: [killed]) == 4)
        #expect(policy.delay(after: [killed, killed]) == 8)
        #expect(policy.delay(after: [killed, killed, killed]) == nil)
        #expect(policy.delay(after: [AttemptFailure(.timedOut, "late")]) == nil)
        let failures = (0..<9).map { AttemptFailure(.failed, "error \($0)") }
        #expect(policy.delay(after: Array(failures.prefix(4))) == 32)
        #expect(policy.delay(after: failures) == 60)
        #expect(policy.delay(after: []) == nil)
    }

    @Test("A repeated error is not retried")
    func deterministic() {
        let policy = FailurePolicy(retries: [.failed: 9], backOffSeconds: 0)
        let (dark, bright) = (AttemptFailure(.failed, "too dark"), AttemptFailure(.failed, "too bright"))
        #expect(policy.delay(after: [dark]) == 0)
        #expect(policy.delay(after: [dark, bright]) == 0)
        #expect(policy.delay(after: [dark, dark]) == nil)
        #expect(policy.delay(after: [dark, bright, dark]) == nil)
    }

    @Test("Every error is classified")
    func classes() {
        #expect(AttemptFailure.of(StoreError.diskFull(path: "p")).kind == .refused)
        #expect(AttemptFailure.of(StoreError.missingBlob(.of([]))).kind == .lost)
        #expect(AttemptFailure.of(StageFailure(message: "broke")) == AttemptFailure(.failed, "broke"))
        #expect(AttemptFailure.of(AttemptFailure(.killed, "9")).kind == .killed)
    }

    @Test("A failed task is retried within the run, and the history records every attempt with its class")
    func retries() throws {
        let calls = Atomic<Int>(0)
        let flaky = GraphFixture.task(
            "flaky",
            stage: ClosureStage("flaky") { context in
                let call = calls.add(1, ordering: .relaxed).newValue
                if call < 3 { throw AttemptFailure(.killed, "signal \(call)") }
                try context.write("at last")
            })
        let summary = try run([flaky], FailurePolicy(retries: [.killed: 5], backOffSeconds: 0.001))
        #expect(summary.isSuccess && summary.run == 1)
        let jobs = try fixture.store.jobs(ofTask: "flaky")
        #expect(jobs.map(\.status) == ["failed", "failed", "succeeded"])
        #expect(jobs.map(\.failure) == ["killed", "killed", nil] && jobs.map(\.attempt) == [1, 2, 3])
        #expect(jobs.map(\.log) == ["signal 1", "signal 2", ""])
    }

    @Test("A task that repeats its failure is tried only twice")
    func hopeless() throws {
        let tasks = [GraphFixture.task("bad", stage: GraphFixture.failing("camera"))]
        let summary = try run(tasks, FailurePolicy(retries: [.failed: 50], backOffSeconds: 0.001))
        #expect(summary.failures.map(\.message) == ["camera broke"])
        #expect(try fixture.store.jobs(ofTask: "bad").map(\.status) == ["failed", "failed"])
    }

    @Test("A stop ends the wait for a retry")
    func cancelled() throws {
        var options = ExecutorOptions(jobs: 1)
        options.policy = FailurePolicy(retries: [.lost: 5], backOffSeconds: 1e6)
        let observer = RecordingObserver()
        let executor = Executor(store: fixture.store, options: options, observer: observer)
        let stage = ClosureStage("lost") { _ in throw AttemptFailure(.lost, "gone") }
        try ThreadTeam.start(named: "canceller") {
            while observer.retried.isEmpty { usleep(1_000) }
            executor.cancel()
        }
        let summary = try executor.run(TaskGraph([GraphFixture.task("lost", stage: stage)]))
        #expect(observer.retried.count == 1)
        #expect(summary.isCancelled && summary.failed == 0)
        fixture.store.flush()
        #expect(try fixture.store.jobs(ofTask: "lost").map(\.status) == ["failed"])
        #expect(try fixture.store.ledger().isEmpty, "the attempt has one end")
    }

    @Test("Recomputed results that equal the stored ones are not reported")
    func equalAgain() throws {
        let tasks = [GraphFixture.task("a"), GraphFixture.task("b", after: ["a"], resources: .wholeMachine)]
        _ = try run(tasks)
        let summary = try run(tasks, check: 1)
        #expect(summary.isSuccess && summary.cached == 2 && summary.checkedCount == 2 && summary.differences.isEmpty)
        #expect(try run(tasks).checkedCount == 0)
        #expect(try fixture.store.ledger().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.store.path + "/attempts").isEmpty)
    }

    @Test(
        "A different recomputed result is reported even if memos would hide it, and the stored one stays")
    func differentAgain() throws {
        let calls = Atomic<Int>(0)
        let stage = ClosureStage("drifting") { context in
            let digest = try context.memo(stage: "part", version: 1, settings: [String]()) {
                [UInt8(calls.add(1, ordering: .relaxed).newValue)]
            }
            try context.write(digest.hex)
        }
        let tasks = [GraphFixture.task("drifting", stage: stage)]
        let first = try run(tasks).output(of: TaskID("drifting"), named: "out")
        let summary = try run(tasks, check: 1)
        #expect(summary.isSuccess && summary.differences.map(\.task.path) == ["drifting"])
        #expect(summary.differences[0].message.contains("out is "))
        #expect(try fixture.store.ledger().map(\.kind) == ["differs"])
        #expect(try run(tasks).output(of: TaskID("drifting"), named: "out") == first)
    }

    @Test("Results without stored inputs are unchecked, not different")
    func notAgain() throws {
        let blob = try fixture.store.put(bytes: [1, 2, 3])
        let tasks = [GraphFixture.task("a", blobs: [blob]), GraphFixture.task("b")]
        _ = try run(tasks)
        try FileManager.default.removeItem(atPath: fixture.store.objectPath(blob))
        let summary = try run(tasks, check: 1)
        #expect(summary.isSuccess && summary.differences.isEmpty)
        #expect(summary.checkedCount == 1 && summary.uncheckedCount == 1)
    }

    @Test("The sample of results to check has the requested size and is deterministic")
    func sample() throws {
        let tasks = (0..<200).map { GraphFixture.task("t\($0)") }
        _ = try run(tasks)
        let counts = try (0..<2).map { _ in try run(tasks, check: 0.25).checkedCount }
        #expect(counts[0] == counts[1] && (25...75).contains(counts[0]))
    }
}
