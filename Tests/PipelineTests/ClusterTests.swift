import ContentStore
import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import Pipeline

/// Runs whose tasks are computed on a cluster, which does what clusters do.
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

    /// What `last` makes of all leaves.
    private let expected = "last(" + (0..<6).map { "leaf/\($0)()" }.joined(separator: " ") + ")"

    private func expectWhole(_ summary: ExecutionSummary) throws {
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect((summary.run, summary.cached) == (7, 0))
        #expect(try text(summary) == expected)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
        #expect(try store.orphanedSubmissions().isEmpty)
        #expect(try store.verifyHistory().faults.map(\.description) == [])
    }

    @Test("Tasks give what they give elsewhere, and leave nothing behind")
    func undisturbed() throws {
        let queue = FakeQueue(tasks)
        try expectWhole(try run(queue))
        // Six of one kind, of which nothing is known, in one element; then the one that needs them.
        #expect(queue.arrays.map(\.count) == [1, 1])
        #expect(Set(queue.arrays.map(\.token)).count == 2)
        let again = try executor().run(TaskGraph(tasks))
        #expect((again.run, again.cached) == (0, 7))
    }

    @Test("An element that is computed twice is published once")
    func twice() throws {
        try expectWhole(try run(FakeQueue(tasks, fate: { _, _ in .worksTwice })))
        #expect(try store.ledger().isEmpty)
        #expect(try tasks.allSatisfy { try store.jobs(ofTask: $0.id.path).map(\.status) == ["succeeded"] })
    }

    @Test("An element that the queue forgets is submitted again, under new attempts")
    func forgotten() throws {
        try expectWhole(try run(FakeQueue(tasks, fate: { array, _ in array == 0 ? .isForgotten : .works })))
        #expect(try store.jobs(ofTask: "leaf/0").map(\.attempt).sorted() == [1, 2])
    }

    @Test(
        "Of an element that ends early, what is done counts, what was begun counts as failed, and the rest gets another turn for nothing"
    )
    func endsEarly() throws {
        let queue = FakeQueue(tasks, fate: { array, _ in array == 0 ? .ends(after: 2, .killed) : .works })
        // One failure would be too many for those that had not been begun.
        let summary = try executorThatForgives(leaf: 2).run(TaskGraph(tasks), cluster: options(queue))
        queue.rest()
        try expectWhole(summary)
        let attempts = try (0..<6).map { try store.jobs(ofTask: "leaf/\($0)").count }
        #expect(attempts == [1, 1, 2, 2, 2, 2])
        let failed = try #require(try store.jobs(ofTask: "leaf/2").first { $0.status == "failed" })
        #expect(failed.log.contains("Its node went up in smoke."))
    }

    private func executorThatForgives(leaf: Int) -> Executor { executor(retries: 1) }

    @Test("After as many failures as the policy allows the run fails and says what the queue said")
    func failsInTheEnd() throws {
        let queue = FakeQueue(tasks, fate: { _, _ in .ends(after: 0, .killed) })
        let summary = try run(queue, retries: 1)
        #expect(summary.failed > 0)
        #expect(summary.failures.first?.message == "Its node went up in smoke.")
        #expect(queue.arrays.count == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
    }

    @Test("What a node refuses is told in its words")
    func refused() throws {
        let summary = try run(FakeQueue(tasks, fate: { _, _ in .isRefused }), retries: 0)
        #expect(summary.failures.first?.message == "No room.")
    }

    @Test("A node on which elements end at once is left out, and its ends count for nothing")
    func brokenNode() throws {
        let queue = FakeQueue(tasks, nodes: ["bad", "worse", "good"], broken: ["bad", "worse"])
        let observer = RecordingObserver()
        let summary = try executor(observer, retries: 0).run(TaskGraph(tasks), cluster: options(queue))
        queue.rest()
        try expectWhole(summary)
        #expect(queue.arrays.map(\.avoided) == [[], ["bad"], ["bad", "worse"], ["bad", "worse"]])
        #expect(
            observer.notices == [
                "The node bad is left out for 10 min: an element ended there before it had begun a task. It ended on bad.",
                "The node worse is left out for 10 min: an element ended there before it had begun a task. It ended on worse.",
            ])
    }

    @Test("Where elements end at once on every node, none is left out, and that counts")
    func brokenCluster() throws {
        let queue = FakeQueue(tasks, nodes: ["a", "b"], broken: ["a", "b"])
        let summary = try run(queue, retries: 1)
        #expect(summary.failures.first?.message == "It ended on a.")
        // On a for nothing; on b, where there is no other any more, and on a again.
        #expect(queue.arrays.map(\.avoided) == [[], ["a"], []])
    }

    @Test("Where nobody else can do it, nodes that were left out are tried again")
    func rejectedWithoutNode() throws {
        let queue = FakeQueue(
            tasks, answer: { $0 == 1 ? .rejected("not available") : nil }, nodes: ["bad", "good"], broken: ["bad"])
        try expectWhole(try run(queue, retries: 0))
        #expect(queue.arrays.map(\.avoided) == [[], ["bad"], [], ["bad"], ["bad"]])
    }

    @Test("A store that is full is no reason to leave out a node")
    func shortOfSpace() throws {
        let queue = FakeQueue(tasks, fate: { _, _ in .isShortOfSpace }, nodes: ["a", "b"])
        let summary = try run(queue, retries: 1)
        #expect(summary.failures.first?.message == "No room.")
        #expect(queue.arrays.map(\.avoided) == [[], []])
    }

    @Test("An element that its node does not get done with ending is submitted again")
    func unkillable() throws {
        let queue = FakeQueue(tasks, fate: { array, _ in array == 0 ? .isBeingEnded : .works })
        try expectWhole(try run(queue, retries: 1))
        let failed = try #require(try store.jobs(ofTask: "leaf/0").first { $0.status == "failed" })
        #expect(failed.log.contains("The node n1 has been ending its element for"))
    }

    @Test("A queue that refuses to tell anything ends the run in the end, unless results come in all the same")
    func silence() throws {
        try expectWhole(
            try run(FakeQueue(tasks, question: { .rejected("Invalid credential") })))
        let other = try ContentStore(path: folder.path + "/other")
        let queue = FakeQueue(tasks, fate: { _, _ in .waits }, question: { .rejected("Invalid credential") })
        let summary = try executor(store: other, retries: 1).run(TaskGraph(tasks), cluster: options(queue))
        #expect(summary.failures.first?.message == "Invalid credential")
        #expect(queue.arrays.count == 2)
    }

    @Test("What the queue rejects is told in its words, and not asked for again and again")
    func rejected() throws {
        let queue = FakeQueue(tasks, answer: { _ in .rejected("no such partition") })
        let summary = try run(queue, retries: 1)
        #expect(summary.failures.first?.message == "no such partition")
        #expect(queue.arrays.count == 2)
    }

    @Test("What the queue has no room for waits, and counts as no failure until it has waited for long")
    func full() throws {
        let others = (0..<3).map { GraphFixture.task("other/\($0)", resources: .wholeMachine) }
        let all = leaves + others
        let queue = FakeQueue(all, answer: { (1...3).contains($0) ? .full("too many") : nil })
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect(summary.isSuccess, "\(summary.failures)")
        let none = try executor(store: ContentStore(path: folder.path + "/other"), retries: 0).run(
            TaskGraph(all), cluster: options(FakeQueue(all, answer: { _ in .full("too many") })))
        #expect(none.failures.first?.message == "too many")
    }

    @Test("Where the queue has no room for an array, smaller ones are tried")
    func littleRoom() throws {
        let all = (0..<6).map { GraphFixture.task("leaf/\($0)", resources: .wholeMachine) }
        let queue = FakeQueue(all, room: 2)
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect(summary.isSuccess, "\(summary.failures)")
        #expect(queue.arrays.map(\.count).prefix(4) == [6, 3, 1, 2])
        #expect(try (0..<6).allSatisfy { try store.jobs(ofTask: "leaf/\($0)").count == 1 })
    }

    /// Two tasks that are begun together: one fails at once, the other one comes to its end while the run does.
    private func besideFailure(_ end: @escaping @Sendable (TaskContext) throws -> Void) -> [PipelineTask] {
        let slow = ClosureStage("slow") { context in
            usleep(300_000)
            try end(context)
        }
        return [
            GraphFixture.task("bad", resources: .wholeMachine, stage: GraphFixture.failing("bad")),
            GraphFixture.task("slow", resources: .wholeMachine, stage: slow),
        ]
    }

    @Test("After a failure the tasks at work end, and no further one begins")
    func failureWhileOthersWork() throws {
        let all = besideFailure { try $0.write("slow") } + [GraphFixture.task("after", after: ["slow"])]
        let queue = FakeQueue(all)
        let summary = try executor(retries: 0).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect((summary.run, summary.failed, summary.skipped) == (1, 1, 1))
        #expect(summary.output(of: TaskID("slow"), named: "out") != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/attempts").isEmpty)
    }

    @Test("A submission that is not acknowledged counts if the queue has it", arguments: [true, false])
    func unacknowledged(isQueued: Bool) throws {
        let queue = FakeQueue(
            tasks, fate: { array, _ in array == 0 && !isQueued ? .isForgotten : .works },
            answer: { $0 == 0 ? .unavailable("no answer") : nil })
        try expectWhole(try run(queue))
        #expect(queue.arrays.count == (isQueued ? 2 : 3))
    }

    @Test("A run that is told to stop cancels what it has queued")
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

    @Test("A blob that a worker misses is made again")
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

    /// An execution that has submitted the leaves as one element, and died.
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

    @Test("The next run takes up what an execution that died has had computed", arguments: [6, 4])
    func adoption(computed: Int) throws {
        let folder = try die(computed)
        // Opening the store clears up after the dead, but not what is still expected.
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
        "A run of another job takes what it needs of what an execution that died has set going, and leaves the rest to its own"
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
        // Which then still finds its own.
        let own = FakeQueue(tasks)
        #expect(try run(own).isSuccess)
        #expect(try (0..<3).allSatisfy { try store.jobs(ofTask: "leaf/\($0)").count == 1 })
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test(
        "After a failure nothing is waited for that an execution that died has queued", arguments: ["test", "another"])
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
        // What belongs to another job goes on, and counts when that runs again.
        let status = try store.jobs(ofTask: "leaf/0").map(\.status)
        #expect(status == (subject == "test" ? ["cancelled"] : ["running"]))
    }

    @Test("What an execution that died had cancelled is not waited for, and blames nobody")
    func cancelledOrphans() throws {
        let folder = try die(2)
        try ElementFolder(folder).mark(ElementSpec.cancelledName)
        try expectWhole(try runAfterDeath())
        #expect(try (0..<6).map { try store.jobs(ofTask: "leaf/\($0)").count } == [1, 1, 2, 2, 2, 2])
    }

    @Test("What an execution that died never submitted blames nobody")
    func orphansOfNoArray() throws {
        _ = try die(0)
        try expectWhole(try runAfterDeath())
    }

    /// With no patience for failures.
    private func runAfterDeath() throws -> ExecutionSummary {
        let queue = FakeQueue(tasks)
        defer { queue.rest() }
        // Opening the store clears up after the dead.
        return try executor(store: ContentStore(path: store.path), retries: 0).run(
            TaskGraph(tasks), cluster: options(queue))
    }

    @Test("What fails while a run comes to its end is not tried again")
    func failsWhileStopping() throws {
        let all = besideFailure { _ in throw AttemptFailure(.lost, "The disk went away.") }
        let queue = FakeQueue(all)
        let summary = try executor(retries: 2).run(TaskGraph(all), cluster: options(queue))
        queue.rest()
        #expect(summary.failures.contains { $0.message == "The disk went away." })
        #expect((summary.run, summary.failed) == (0, 2))
        #expect(queue.arrays.count == 1)
    }

    @Test("A queue that does not answer is not asked for the next array at once")
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

    @Test("An attempt that had ended before its execution died is not taken up")
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

    @Test("A run with nothing to do ends what an execution of its job that died has set going")
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
