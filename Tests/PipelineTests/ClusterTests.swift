import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

/// Runs on a simulated cluster.
@Suite("Runs on a cluster")
struct ClusterTests {
    private let folder: TemporaryFolder
    private let store: ContentStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path + "/store")
    }

    private let leaves = (0..<6).map { GraphFixture.task("leaf/\($0)") }
    private var tasks: [PipelineTask] { leaves + [GraphFixture.task("last", after: leaves.map(\.id.path))] }

    private func options(_ queue: FakeQueue) -> ClusterOptions {
        var options = ClusterOptions(queue: queue, version: "1", cores: 1)
        (options.pollSeconds, options.settleSeconds, options.forgottenSeconds) = (0.01, 0.02, 0.05)
        (options.refusedSeconds, options.longestRefusedSeconds, options.patienceSeconds) = (0.01, 0.02, 0.1)
        options.silentSeconds = 0.01
        (options.endingSeconds, options.silenceSeconds) = (0.05, 0.1)
        return options
    }

    private func executor(
        _ observer: RecordingObserver = RecordingObserver(), store: ContentStore? = nil, retries: Int = 2
    ) -> Executor {
        var options = ExecutorOptions(jobs: 1, subject: "test")
        options.policy = FailurePolicy(
            retries: [.lost: retries, .killed: retries, .refused: retries], backOffSeconds: 0)
        return Executor(store: store ?? self.store, options: options, observer: observer)
    }

    private func run(_ queue: FakeQueue, retries: Int = 2) throws -> ExecutionSummary {
        defer { queue.rest() }
        return try executor(retries: retries).run(TaskGraph(tasks), cluster: options(queue))
    }

    private func text(_ summary: ExecutionSummary) throws -> String? {
        try summary.output(of: TaskID("last"), named: "out").map { String(decoding: try store.read($0), as: UTF8.self) }
    }

    /// The output of `last` with all leaves as inputs.
    private let expected = "last(" + (0..<6).map { "leaf/\($0)()" }.joined(separator: " ") + ")"

    private func expectWhole(_ summary: ExecutionSummary) throws {
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect((summary.run, summary.cached) == (7, 0))
        #expect(try text(summary) == expected)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
        #expect(try store.orphanedSubmissions().isEmpty)
        #expect(try store.verifyHistory().faults.map(\.description) == [])
    }

    @Test("Tasks give the same results as elsewhere and leave no files behind")
    func undisturbed() throws {
        let queue = FakeQueue(tasks)
        try expectWhole(try run(queue))
        // Six tasks of unknown duration in one element, then the task that depends on them.
        #expect(queue.arrays.map(\.count) == [1, 1])
        #expect(Set(queue.arrays.map(\.token)).count == 2)
        let again = try executor().run(TaskGraph(tasks))
        #expect((again.run, again.cached) == (0, 7))
    }

    @Test("An element that runs twice is published once")
    func twice() throws {
        try expectWhole(try run(FakeQueue(tasks, fate: { _, _ in .worksTwice })))
        #expect(try store.ledger().isEmpty)
        #expect(try tasks.allSatisfy { try store.jobs(ofTask: $0.id.path).map(\.status) == ["succeeded"] })
    }

    @Test("A forgotten element is resubmitted with new attempts")
    func forgotten() throws {
        try expectWhole(try run(FakeQueue(tasks, fate: { array, _ in array == 0 ? .isForgotten : .works })))
        #expect(try store.jobs(ofTask: "leaf/0").map(\.attempt).sorted() == [1, 2])
    }

    @Test(
        "If an element ends early, finished tasks count, the begun task fails, and the rest is retried for free"
    )
    func endsEarly() throws {
        let queue = FakeQueue(tasks, fate: { array, _ in array == 0 ? .ends(after: 2, .killed) : .works })
        // A single failure would exceed the policy of the tasks that had not begun.
        let summary = try executor(retries: 1).run(TaskGraph(tasks), cluster: options(queue))
        queue.rest()
        try expectWhole(summary)
        let attempts = try (0..<6).map { try store.jobs(ofTask: "leaf/\($0)").count }
        #expect(attempts == [1, 1, 2, 2, 2, 2])
        let failed = try #require(try store.jobs(ofTask: "leaf/2").first { $0.status == "failed" })
        #expect(failed.log.contains("Its node went up in smoke."))
    }

    @Test("The run fails with the queue's message after the allowed number of failures")
    func failsInTheEnd() throws {
        let queue = FakeQueue(tasks, fate: { _, _ in .ends(after: 0, .killed) })
        let summary = try run(queue, retries: 1)
        #expect(summary.failed > 0)
        #expect(summary.failures.first?.message == "Its node went up in smoke.")
        #expect(queue.arrays.count == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
    }

    @Test("A node's refusal is reported in its own words")
    func refused() throws {
        let summary = try run(FakeQueue(tasks, fate: { _, _ in .isRefused }), retries: 0)
        #expect(summary.failures.first?.message == "No room.")
    }

    @Test("A node on which elements end at once is excluded, and its failures do not count")
    func brokenNode() throws {
        let queue = FakeQueue(tasks, nodes: ["bad", "worse", "good"], broken: ["bad", "worse"])
        let observer = RecordingObserver()
        let summary = try executor(observer, retries: 0).run(TaskGraph(tasks), cluster: options(queue))
        queue.rest()
        try expectWhole(summary)
        #expect(queue.arrays.map(\.avoided) == [[], ["bad"], ["bad", "worse"], ["bad", "worse"]])
        #expect(
            observer.notices == [
                "The node bad is excluded for 10 min: an element ended there before it began a task. It ended on bad.",
                "The node worse is excluded for 10 min: an element ended there before it began a task. "
                    + "It ended on worse.",
            ])
    }

    @Test("If elements end at once on every node, no node is excluded and the failures count")
    func brokenCluster() throws {
        let queue = FakeQueue(tasks, nodes: ["a", "b"], broken: ["a", "b"])
        let summary = try run(queue, retries: 1)
        #expect(summary.failures.first?.message == "It ended on a.")
        // Once on a without counting; then on b, the only other node, and on a again.
        #expect(queue.arrays.map(\.avoided) == [[], ["a"], []])
    }

    @Test("Excluded nodes are retried if no other node can run the tasks")
    func rejectedWithoutNode() throws {
        let queue = FakeQueue(
            tasks, answer: { $0 == 1 ? .rejected("not available") : nil }, nodes: ["bad", "good"], broken: ["bad"])
        try expectWhole(try run(queue, retries: 0))
        #expect(queue.arrays.map(\.avoided) == [[], ["bad"], [], ["bad"], ["bad"]])
    }

    @Test("A full store does not exclude a node")
    func shortOfSpace() throws {
        let queue = FakeQueue(tasks, fate: { _, _ in .isShortOfSpace }, nodes: ["a", "b"])
        let summary = try run(queue, retries: 1)
        #expect(summary.failures.first?.message == "No room.")
        #expect(queue.arrays.map(\.avoided) == [[], []])
    }

    @Test("An element that its node fails to terminate is resubmitted")
    func unkillable() throws {
        let queue = FakeQueue(tasks, fate: { array, _ in array == 0 ? .isBeingEnded : .works })
        try expectWhole(try run(queue, retries: 1))
        let failed = try #require(try store.jobs(ofTask: "leaf/0").first { $0.status == "failed" })
        #expect(failed.log.contains("The node n1 is still terminating the element after"))
    }

    @Test("A queue that rejects all queries eventually ends the run, unless results still arrive")
    func silence() throws {
        var patient = options(FakeQueue(tasks, question: { .rejected("Invalid credential") }))
        patient.silenceSeconds = 60
        try expectWhole(try executor(retries: 1).run(TaskGraph(tasks), cluster: patient))
        let other = try ContentStore(path: folder.path + "/other")
        let queue = FakeQueue(tasks, fate: { _, _ in .waits }, question: { .rejected("Invalid credential") })
        let summary = try executor(store: other, retries: 1).run(TaskGraph(tasks), cluster: options(queue))
        #expect(summary.failures.first?.message == "Invalid credential")
        #expect(queue.arrays.count == 2)
    }

    @Test("A rejection is reported in the queue's words and not retried endlessly")
    func rejected() throws {
        let queue = FakeQueue(tasks, answer: { _ in .rejected("no such partition") })
        let summary = try run(queue, retries: 1)
        #expect(summary.failures.first?.message == "no such partition")
        #expect(queue.arrays.count == 2)
    }

    @Test("Tasks wait while the queue is full and fail only after a long wait")
    func full() throws {
        let others = (0..<3).map { GraphFixture.task("other/\($0)", resources: .wholeMachine) }
        let all = leaves + others
        let queue = FakeQueue(all, answer: { (1...3).contains($0) ? .full("too many") : nil })
        var patient = options(queue)
        patient.patienceSeconds = 60
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: patient)
        queue.rest()
        #expect(summary.isSuccess, "\(summary.failures)")
        let none = try executor(store: ContentStore(path: folder.path + "/other"), retries: 0).run(
            TaskGraph(all), cluster: options(FakeQueue(all, answer: { _ in .full("too many") })))
        #expect(none.failures.first?.message == "too many")
    }

    @Test("Smaller arrays are submitted if the queue has no room")
    func littleRoom() throws {
        let all = (0..<6).map { GraphFixture.task("leaf/\($0)", resources: .wholeMachine) }
        let queue = FakeQueue(all, room: 2)
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect(queue.arrays.map(\.count).prefix(4) == [6, 3, 1, 2])
        #expect(try (0..<6).allSatisfy { try store.jobs(ofTask: "leaf/\($0)").count == 1 })
    }

    /// Two tasks that start together: one fails when the other runs, which ends while the run stops.
    private func besideFailure(_ end: @escaping @Sendable (TaskContext) throws -> Void) -> [PipelineTask] {
        let hasBegun = Monitor(false)
        let slow = ClosureStage("slow") { [store] context in
            hasBegun.update { $0 = true }
            while try store.jobs(ofTask: "bad").last?.status != "failed" { usleep(1_000) }
            usleep(100_000)
            try end(context)
        }
        let bad = ClosureStage("bad") { _ in
            hasBegun.wait { $0 ? () : nil }
            throw StageFailure(message: "bad")
        }
        return [
            GraphFixture.task("bad", resources: .wholeMachine, stage: bad),
            GraphFixture.task("slow", resources: .wholeMachine, stage: slow),
        ]
    }

    @Test("After a failure, running tasks finish and no further task starts")
    func failureWhileOthersWork() throws {
        let all = besideFailure { try $0.write("slow") } + [GraphFixture.task("after", after: ["slow"])]
        let queue = FakeQueue(all)
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect((summary.run, summary.failed, summary.skipped) == (1, 1, 1))
        #expect(summary.output(of: TaskID("slow"), named: "out") != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
    }

    @Test("An unacknowledged submission counts if the queue has it", arguments: [true, false])
    func unacknowledged(isQueued: Bool) throws {
        let queue = FakeQueue(
            tasks, fate: { array, _ in array == 0 && !isQueued ? .isForgotten : .works },
            answer: { $0 == 0 ? .unavailable("no answer") : nil })
        try expectWhole(try run(queue))
        #expect(queue.arrays.count == (isQueued ? 2 : 3))
    }

    @Test("A cancelled run cancels its queued elements")
    func cancelled() throws {
        let queue = FakeQueue(tasks, fate: { _, _ in .waits })
        let executor = executor()
        try ThreadTeam.start(named: "cancel") {
            while queue.arrays.isEmpty { usleep(1000) }
            executor.cancel()
        }
        let summary = try executor.run(TaskGraph(tasks), cluster: options(queue))
        #expect(summary.isCancelled && summary.run == 0)
        #expect(queue.cancelled == queue.arrays.map(\.token))
        #expect(try store.jobs(ofTask: "leaf/0").map(\.status) == ["cancelled"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
    }

    @Test("A blob that a worker misses is produced again")
    func lostBlob() throws {
        let first = try executor().run(TaskGraph(leaves))
        let lost = try #require(first.output(of: TaskID("leaf/3"), named: "out"))
        let path = store.objectPath(lost)
        let removing = FakeQueue(tasks) { array, _ in
            if array == 0 { try? FileManager.default.removeItem(atPath: path) }
            return .works
        }
        let summary = try executor().run(TaskGraph(tasks), cluster: options(removing))
        removing.rest()
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect(try text(summary) == expected)
    }

    /// Simulates a dead execution that submitted the leaves as one element.
    private func die(_ computed: Int) throws -> String {
        let dying = try ContentStore(path: store.path)
        let execution = try dying.beginExecution(command: "", versions: "", subject: "test")
        let folder = try dying.makeAttemptFolder(execution: execution, name: "array-1")
        try FileManager.default.createDirectory(atPath: folder + "/0", withIntermediateDirectories: false)
        let specs = try leaves.map { leaf in
            let key = ActionResolver.key(leaf, inputs: [], keyParts: [])
            let attempt = try dying.beginAttempt(key, execution: execution, task: leaf.id.path)
            return try TaskRecord(leaf, key: key, attempt: attempt)
        }
        let spec = ElementSpec(
            program: "1", store: store.path, folder: folder + "/0", threads: 1, tasks: specs)
        try JSONEncoder().encode(spec).write(to: URL(filePath: folder + "/0/" + ElementSpec.fileName))
        try dying.record(
            Submission(
                token: "of the dead", execution: execution, folder: folder, elementCount: 1, subject: "test"),
            folderName: "array-1")
        let part = ElementSpec(
            program: "1", store: store.path, folder: folder + "/0", threads: 1,
            tasks: Array(specs.prefix(computed)))
        let own = spec.folder + "/own"
        try AtomicFile.createPrivateFolder(own)
        try ElementWorker(part, own: own, versions: "").run(keyParts: [], report: { _ in }) { record in
            try #require(leaves.first { $0.id.path == record.task }).stage
        }
        return folder
    }

    @Test("The next run adopts the results of a dead execution", arguments: [6, 4])
    func adoption(computed: Int) throws {
        let folder = try die(computed)
        // Opening the store cleans up after dead executions, but keeps the files of pending elements.
        let next = try ContentStore(path: store.path)
        #expect(FileManager.default.fileExists(atPath: folder + "/0/0.json"))
        let queue = FakeQueue(tasks)
        let summary = try executor(store: next).run(TaskGraph(tasks), cluster: options(queue))
        queue.rest()
        try expectWhole(summary)
        let attempts = try (0..<6).map { try store.jobs(ofTask: "leaf/\($0)").count }
        #expect(attempts == (0..<6).map { $0 < computed ? 1 : 2 })
        #expect(queue.cancelled.contains("of the dead"))
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test(
        "A run of another job adopts only the attempts it needs from a dead execution"
    )
    func othersOrphans() throws {
        let folder = try die(3)
        let shared = [leaves[1], GraphFixture.task("other")]
        let queue = FakeQueue(shared)
        let summary = try Executor(store: store, options: ExecutorOptions(jobs: 1, subject: "another")).run(
            TaskGraph(shared), cluster: self.options(queue))
        queue.rest()
        #expect(summary.isSuccess)
        #expect(try store.jobs(ofTask: "leaf/1").map(\.attempt) == [1])
        #expect(FileManager.default.fileExists(atPath: folder + "/0/0.json"))
        #expect(queue.cancelled.isEmpty)
        // The original job still finds its own attempts.
        let own = FakeQueue(tasks)
        #expect(try run(own).isSuccess)
        #expect(try (0..<3).allSatisfy { try store.jobs(ofTask: "leaf/\($0)").count == 1 })
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test(
        "After a failure, the run does not wait for the elements of a dead execution", arguments: ["test", "another"])
    func failureWithOrphans(subject: String) throws {
        _ = try die(0)
        let failing = GraphFixture.task("bad", resources: .wholeMachine, stage: GraphFixture.failing("bad"))
        let all = [leaves[0], failing]
        let queue = FakeQueue(all)
        queue.holds(["of the dead"])
        let summary = try Executor(
            store: store, options: ExecutorOptions(jobs: 1, subject: subject)
        ).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect((summary.run, summary.failed, summary.skipped) == (0, 1, 1))
        #expect(queue.cancelled.contains("of the dead") == (subject == "test"))
        // Attempts of another job continue and count when that job runs again.
        let status = try store.jobs(ofTask: "leaf/0").map(\.status)
        #expect(status == (subject == "test" ? ["cancelled"] : ["running"]))
    }

    @Test("Cancelled elements of a dead execution are not awaited and cause no failures")
    func cancelledOrphans() throws {
        let folder = try die(2)
        try ElementFolder(folder).mark(ElementSpec.cancelledName)
        try expectWhole(try runAfterDeath())
        #expect(try (0..<6).map { try store.jobs(ofTask: "leaf/\($0)").count } == [1, 1, 2, 2, 2, 2])
    }

    @Test("Unsubmitted elements of a dead execution cause no failures")
    func orphansOfNoArray() throws {
        _ = try die(0)
        try expectWhole(try runAfterDeath())
    }

    /// Runs the next execution without retries.
    private func runAfterDeath() throws -> ExecutionSummary {
        let queue = FakeQueue(tasks)
        defer { queue.rest() }
        // Opening the store cleans up after dead executions.
        return try executor(store: ContentStore(path: store.path), retries: 0).run(
            TaskGraph(tasks), cluster: options(queue))
    }

    @Test("A failure while the run stops is not retried")
    func failsWhileStopping() throws {
        let all = besideFailure { _ in throw AttemptFailure(.lost, "The disk went away.") }
        let queue = FakeQueue(all)
        let summary = try executor(retries: 2).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect(summary.failures.contains { $0.message == "The disk went away." })
        #expect((summary.run, summary.failed) == (0, 2))
        #expect(queue.arrays.count == 1)
    }

    @Test("After an unanswered submission, the next array is delayed")
    func unansweredSubmission() throws {
        let all = (0..<25).map { GraphFixture.task("leaf/\($0)", resources: .wholeMachine) }
        let queue = FakeQueue(all, answer: { $0 == 0 ? .unavailable("no answer") : nil })
        var options = options(queue)
        options.silentSeconds = 0.2
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: options)
        queue.rest()
        #expect(summary.isSuccess, "\(summary.failures)")
        let times = queue.times
        #expect(times.count == 3 && times[1] - times[0] >= 0.2)
    }

    @Test("An attempt that ended before its execution died is not adopted")
    func endedOrphan() throws {
        _ = try die(6)
        let key = ActionResolver.key(leaves[0], inputs: [], keyParts: [])
        try store.commit(
            JobRecord(
                key: key, attempt: Attempt(action: key.digest, number: 1), task: "leaf/0",
                outcome: .failed("It took too long.", .timedOut), startedAt: 1, durationSeconds: 1), execution: 1)
        #expect(try run(FakeQueue(tasks)).isSuccess)
        #expect(try store.jobs(ofTask: "leaf/0").map(\.attempt).sorted() == [1, 2])
    }

    @Test("A run without work cancels the elements of a dead execution of its job")
    func idleRun() throws {
        _ = try executor().run(TaskGraph(tasks))
        let folder = try die(0)
        let queue = FakeQueue(tasks)
        let summary = try run(queue)
        #expect(summary.isSuccess && summary.run == 0)
        #expect(queue.cancelled == ["of the dead"])
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
