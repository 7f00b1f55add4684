import Foundation
import ModelRegistry
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Garbage collection")
struct CollectionTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    /// A result of `sizeBytes` that took `seconds`.
    @discardableResult
    private func publish(
        _ task: String, sizeBytes: Int, seconds: Double, execution: Int64? = nil, in store: ContentStore? = nil
    ) throws -> Digest {
        let store = store ?? self.store
        let key = StoreFixture.key(task)
        let execution = execution ?? fixture.execution
        let attempt = try store.beginAttempt(key, execution: execution, task: nil)
        let digest = try store.put(
            bytes: Array("\(task) ".utf8) + [UInt8](repeating: 7, count: sizeBytes - task.utf8.count - 1))
        let result = ActionResult(outputs: [ActionOutput(name: "out", digest: digest, sizeBytes: sizeBytes)])
        try store.commit(
            JobRecord(
                key: key, attempt: attempt, task: task, outcome: .succeeded(result), startedAt: 1,
                durationSeconds: seconds),
            execution: execution)
        return digest
    }

    /// Closes the store, as a run that ends does, then collects.
    private func collect(_ policy: CollectionPolicy) throws -> (plan: CollectionPlan, summary: CollectionSummary) {
        try store.endExecution(fixture.execution, outcome: .succeeded)
        fixture.close()
        defer { try? fixture.open() }
        return try ContentStore.collect(path: fixture.path, policy)
    }

    /// Backdates the last use of a blob.
    private func age(_ digest: Digest, hours: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -hours * 3600)], ofItemAtPath: store.objectPath(digest))
    }

    @Test("Without a limit only blobs without a result are removed")
    func garbage() throws {
        let kept = try publish("a", sizeBytes: 100, seconds: 1)
        let unnamed = try store.put(bytes: [1, 2, 3])
        try FolderOperations.create(store.path + "/damaged")
        let damaged = [String(repeating: "0a", count: 32), "0b", "0b-2"]
        for name in damaged + ["notes.txt"] {
            try Data(count: 10).write(to: URL(fileURLWithPath: store.path + "/damaged/" + name))
        }
        let (plan, summary) = try collect(CollectionPolicy())
        #expect(summary == CollectionSummary(blobs: 1, sizeBytes: 3))
        #expect(plan.removed.map(\.task) == [nil])
        #expect(try store.contains(kept) && !store.contains(unnamed))
        #expect(try FolderOperations.names(in: store.path + "/damaged") == ["notes.txt"])
    }

    @Test(
        "A folder of another program keeps its files",
        arguments: [Array("no database".utf8), Array("SQLite format 3".utf8) + [UInt8](repeating: 0, count: 4081)])
    func foreignFolder(database: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let name = String(repeating: "0a", count: 32)
        try FolderOperations.create(folder.path + "/damaged")
        try folder.write("x", to: "damaged/" + name)
        try Data(database).write(to: URL(fileURLWithPath: folder.path + "/store.sqlite"))
        #expect(throws: StoreError.self) { try ContentStore.collect(path: folder.path, CollectionPolicy()) }
        #expect(try FolderOperations.names(in: folder.path + "/damaged") == [name])
        #expect(try !FolderOperations.exists(folder.path + "/objects"))
    }

    @Test("Results with the least time per byte are removed first, and only as many as necessary")
    func order() throws {
        let slow = try publish("slow", sizeBytes: 100_000, seconds: 50)
        // Large compared with the files of the database, whose size varies.
        let large = try publish("large", sizeBytes: 10_000_000, seconds: 5)
        let quick = try publish("quick", sizeBytes: 100_000, seconds: 0.001)
        let before = try store.planCollection(CollectionPolicy(maximumBytes: 0))
        #expect(before.removed.isEmpty, "the execution under way uses everything")
        // Excludes the journal of the database, which disappears on closing.
        let blobs = try store.listing().blobs.reduce(0) { $0 + $1.sizeBytes }
        fixture.close()
        try fixture.open()
        let others = try store.planCollection(CollectionPolicy()).totalBytes - blobs
        let (plan, _) = try collect(CollectionPolicy(maximumBytes: others + 5_200_000))
        #expect(plan.removed.map(\.task) == ["quick", "large"])
        #expect(try store.contains(slow) && !store.contains(large) && !store.contains(quick))
        #expect(try store.lookUp([StoreFixture.key("large").digest]).count == 1, "the fact stays")
    }

    @Test("The last runs of each job keep their results, also cached ones")
    func runs() throws {
        var results: [Digest] = []
        for (number, job) in ["a", "a", "b"].enumerated() {
            let execution = try store.beginExecution(command: "", versions: "", subject: job)
            results.append(try publish("\(job) \(number)", sizeBytes: 50, seconds: 1, execution: execution))
            let keys = [TaskKeys.Entry(task: "t", key: StoreFixture.key("\(job) \(number)").digest)]
            try store.endExecution(execution, outcome: .succeeded, keys: TaskKeys(keys))
        }
        let again = try store.beginExecution(command: "", versions: "", subject: "a")
        let keys = [TaskKeys.Entry(task: "t", key: StoreFixture.key("a 0").digest)]
        try store.endExecution(again, outcome: .succeeded, keys: TaskKeys(keys))
        _ = try collect(CollectionPolicy(keepRuns: 1))
        #expect(try results.map { try store.contains($0) } == [true, false, true])
    }

    @Test("Recently used blobs stay, and a look-up counts as use")
    func used() throws {
        let digests = try ["a", "b", "c"].map { try publish($0, sizeBytes: 50, seconds: 1) }
        for digest in digests { try age(digest, hours: 48) }
        #expect(try store.use(digests[1]))
        try age(digests[2], hours: 1)
        _ = try collect(CollectionPolicy(keepUsedSeconds: 86_400))
        #expect(try digests.map { try store.contains($0) } == [false, true, true])
    }

    @Test("Pinned results and promoted models always stay")
    func pins() throws {
        let digests = try ["a", "b", "c", "d"].map { try publish($0, sizeBytes: 50, seconds: 1) }
        let run = try store.beginExecution(command: "", versions: "", subject: "job")
        let ofRun = try publish("e", sizeBytes: 50, seconds: 1, execution: run)
        try store.endExecution(run, outcome: .succeeded)
        #expect(try store.pin(try store.subject("a")))
        #expect(try store.pin(try store.subject(digests[1].hex)))
        #expect(try store.pin(try store.subject("\(run)")))
        #expect(try !store.pin(try store.subject("a")))
        #expect(try store.pins() == ["task a", "blob \(digests[1])", "run \(run)"])
        // The model in production and its predecessor stay.
        let more = try publish("f", sizeBytes: 50, seconds: 1)
        for digest in [digests[2], digests[3], more] {
            let model = try store.register(model: digest, as: "m").model
            try store.promote(model.reference, by: "test", reason: "")
        }
        let (plan, _) = try collect(CollectionPolicy(keepRuns: 0, maximumBytes: 0))
        #expect(try (digests + [ofRun, more]).map { try store.contains($0) } == [true, true, false, true, true, true])
        #expect(plan.heldBytes == [.pinned: 150, .promoted: 100])
        #expect(try store.unpin(try store.subject("task a")))
        #expect(try !store.unpin(try store.subject("a")))
    }

    @Test("The anchor of nights stays after further promotions")
    func anchors() throws {
        let digests = try ["a", "b", "c", "d"].map { try publish($0, sizeBytes: 50, seconds: 1) }
        let models = try digests.map { try store.register(model: $0, as: "m").model }
        let records = try store.put(bytes: Array("night".utf8))
        for (number, model) in models.enumerated() {
            let night = try store.beginNight(
                of: "m", date: "2026-03-0\(number + 1)", manifest: records, roll: records,
                champion: try store.production(of: "m"), drift: nil, arrivals: [])
            try store.end(night, .promoted, challenger: model, verdict: records, by: "test", reason: "")
        }
        _ = try collect(CollectionPolicy(keepRuns: 0, maximumBytes: 0))
        #expect(try digests.map(store.contains) == [true, false, true, true])
        try store.setAnchor(models[2].reference, by: "test", reason: "")
        let night = try store.beginNight(
            of: "m", date: "2026-03-05", manifest: records, roll: records, champion: models[3], drift: nil, arrivals: []
        )
        #expect(night.anchor == 3)
        _ = try collect(CollectionPolicy(keepRuns: 0, maximumBytes: 0))
        #expect(try digests.map(store.contains) == [false, false, true, true])
    }

    @Test("The cards of registered models stay, even if the models are removed")
    func cards() throws {
        func publish(_ text: String, stage: String, of model: Digest) throws -> Digest {
            let key = ActionKey(
                stage: stage, version: 1, parts: [KeyPart("text", .text(text))],
                inputs: [ActionInput(name: "model", digest: model)])
            let digest = try store.put(bytes: Array(text.utf8))
            let result = ActionResult(outputs: [ActionOutput(name: "out", digest: digest, sizeBytes: text.utf8.count)])
            try store.commit(
                JobRecord(
                    key: key, attempt: try store.beginAttempt(key, execution: fixture.execution, task: nil), task: text,
                    outcome: .succeeded(result), startedAt: 1, durationSeconds: 1), execution: fixture.execution)
            return digest
        }
        let models = try ["a", "b"].map { try self.publish($0, sizeBytes: 50, seconds: 1) }
        let kept = try publish("card of a", stage: "card", of: models[0])
        let gone = try publish("card of b", stage: "card", of: models[1])
        let scores = try publish("scores of a", stage: "score", of: models[0])
        try store.register(model: models[0], as: "m")
        _ = try collect(CollectionPolicy(keepRuns: 0, maximumBytes: 0))
        #expect(
            try (models + [kept, gone, scores]).map { try store.contains($0) } == [false, false, true, false, false])
    }

    @Test("During a run, blobs used since an hour before its start stay")
    func beside() throws {
        let old = try publish("old", sizeBytes: 50, seconds: 1)
        let fresh = try publish("fresh", sizeBytes: 50, seconds: 1)
        try age(old, hours: 2)
        let (plan, summary) = try ContentStore.collect(path: store.path, CollectionPolicy(maximumBytes: 0))
        #expect(plan.removed.map(\.task) == ["old"] && summary.blobs == 1)
        #expect(plan.heldBytes == [.busy: 50])
        #expect(try !store.contains(old) && store.contains(fresh))
    }

    @Test("A blob used after the planning stays")
    func spared() throws {
        let digest = try publish("a", sizeBytes: 50, seconds: 1)
        try age(digest, hours: 2)
        let (_, summary) = try ContentStore.collect(
            path: store.path, CollectionPolicy(maximumBytes: 0), planned: { _ in _ = try? store.use(digest) })
        #expect(try summary.spared == 1 && store.contains(digest))
    }

    @Test("A plan changes nothing")
    func dryRun() throws {
        try publish("a", sizeBytes: 50, seconds: 1)
        let before = try store.listing().blobs
        _ = try store.planCollection(CollectionPolicy(maximumBytes: 0))
        #expect(try store.listing().blobs == before)
    }
}
