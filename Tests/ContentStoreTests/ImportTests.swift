import Foundation
import Host
import PipelineTestSupport
import Synchronization
import Testing

@testable import ContentStore

@Suite("Imports during other runs")
struct ImportTests {
    private let fixture: StoreFixture
    private let other: StoreFixture
    private var file: String { fixture.folder.path + "/bundle" }

    init() throws { (fixture, other) = (try StoreFixture(), try StoreFixture()) }

    private func key(parts: Int, inputs: Int) -> ActionKey {
        ActionKey(
            stage: "stage", version: 1,
            parts: (0..<parts).map { KeyPart("part \($0)", .text("value \($0 % 7)\($0)")) }
                + [KeyPart("source", .digest(.of(text: "source")))],
            inputs: (0..<inputs).map { ActionInput(name: "in \($0)", digest: .of(text: "\($0)")) })
    }

    /// Writes a bundle of one result.
    private func export(_ key: ActionKey) throws {
        let store = fixture.store
        for number in key.inputs.indices { _ = try store.put(bytes: Array("\(number)".utf8)) }
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: nil)
        let result = ActionResult(
            outputs: [ActionOutput(name: "out", digest: try store.put(bytes: [1]), sizeBytes: 1)],
            references: [try store.put(bytes: [2]), try store.put(bytes: [3])], warnings: ["careful"])
        try store.commit(
            JobRecord(
                key: key, attempt: attempt, task: "task", outcome: .succeeded(result), startedAt: 1,
                durationSeconds: 0.25), execution: fixture.execution)
        _ = try store.export(try store.subject("task"), to: file)
    }

    @Test("An action with more key parts than a transaction holds is imported completely, in order")
    func manyParts() throws {
        let key = key(parts: 3 * BundlePublisher.rowLimit + 5, inputs: BundlePublisher.rowLimit + 3)
        try export(key)
        #expect(try other.store.importBundle(file, execution: other.execution).newResults == 1)
        #expect(try other.store.recordedKey(key.digest) == fixture.store.recordedKey(key.digest))
        #expect(try other.store.lookUp([key.digest]) == fixture.store.lookUp([key.digest]))
        let copy = file + ".copy"
        _ = try other.store.export(try other.store.subject("task"), to: copy)
        #expect(try AtomicFile.read(copy) == AtomicFile.read(file))
        #expect(try other.store.verifyHistory().isSound)
    }

    @Test("Other processes can write while a large bundle is imported")
    func patience() throws {
        try export(key(parts: 20_000, inputs: 10))
        let isOver = Atomic<Bool>(false)
        let failures = Atomic<Int>(0)
        let count = Atomic<Int>(0)
        let path = other.path
        try ThreadTeam.start(named: "beside") {
            guard let store = try? ContentStore(path: path) else { return }
            while !isOver.load(ordering: .relaxed) {
                do {
                    _ = try store.beginExecution(command: "beside", versions: "")
                    count.add(1, ordering: .relaxed)
                } catch {
                    failures.add(1, ordering: .relaxed)
                }
            }
            isOver.store(false, ordering: .relaxed)
        }
        #expect(try other.store.importBundle(file, execution: other.execution).newResults == 1)
        isOver.store(true, ordering: .relaxed)
        while isOver.load(ordering: .relaxed) { usleep(1000) }
        #expect(count.load(ordering: .relaxed) > 0)
        #expect(failures.load(ordering: .relaxed) == 0)
    }

    @Test(
        "A result that a run computes is imported only if the run ends without it",
        arguments: [true, false])
    func claimed(succeeds: Bool) throws {
        let key = key(parts: 1, inputs: 1)
        try export(key)
        let run = try other.reopened()
        let execution = try run.beginExecution(command: "run", versions: "")
        #expect(try run.claim(key.digest))
        let attempt = try run.beginAttempt(key, execution: execution, task: "task")
        let waited = Monitor<[String]>([])
        let summary = Monitor<Result<BundleSummary, any Error>?>(nil)
        let (store, importing, file) = (other.store, other.execution, file)
        try ThreadTeam.start(named: "import") {
            let result = Result {
                try store.importBundle(file, execution: importing) { task in waited.update { $0.append(task) } }
            }
            summary.update { $0 = result }
        }
        waited.wait { $0.isEmpty ? nil : () }
        #expect(try run.lookUp([key.digest]).isEmpty)
        if succeeds {
            #expect(try run.commit(other.record(key, attempt, output: "own"), execution: execution) == .published)
        }
        run.giveUp(claim: key.digest)
        #expect(try summary.wait { $0 }.get().newResults == (succeeds ? 0 : 1))
        let found = try run.lookUp([key.digest])[key.digest]?.digest(of: "out")
        #expect(found == (succeeds ? .of(text: "own") : .of([1])))
        #expect(waited.inspect { $0 } == ["task"])
        #expect(try !run.isClaimed(key.digest))
    }

    @Test("A waiting import stops on request and releases its claims")
    func stopped() throws {
        let key = key(parts: 1, inputs: 1)
        try export(key)
        let run = try other.reopened()
        #expect(try run.claim(key.digest))
        let waits = Atomic<Bool>(false)
        #expect(throws: StoreError.interrupted("import")) {
            try other.store.importBundle(file, execution: other.execution) { _ in
                waits.store(true, ordering: .relaxed)
            } proceeds: { _, _ in
                !waits.load(ordering: .relaxed)
            }
        }
        run.giveUp(claim: key.digest)
        #expect(try run.claim(key.digest))
    }
}
