import PipelineTestSupport
import Synchronization
import Testing

@testable import ContentStore

@Suite("Commits")
struct CommitTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test("A committed result is found with outputs, references and warnings, also after reopening")
    func roundTrip() throws {
        let key = StoreFixture.key("a")
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        let record = try fixture.record(key, attempt, output: "x", warnings: ["careful", "very"])
        #expect(try store.commit(record, execution: fixture.execution) == .published)
        let found = try #require(try store.lookUp([key.digest, .of(text: "unknown")])[key.digest])
        #expect(found.digest(of: "out") == Digest.of(text: "x"))
        #expect(found.outputs.map(\.sizeBytes) == [1])
        #expect(found.references == [.of(text: "x reference")])
        #expect(found.warnings == ["careful", "very"])
        #expect(try ContentStore(path: store.path, mode: .readOnly).lookUp([key.digest])[key.digest] == found)
        #expect(try store.measuredDurations() == ["stage": 0.5])
    }

    @Test("An attempt that ends after a later one began is discarded")
    func lateAttempt() throws {
        let key = StoreFixture.key("a")
        let first = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        let second = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        #expect((first.number, second.number) == (1, 2))
        let late = try store.commit(fixture.record(key, first, output: "late"), execution: fixture.execution)
        #expect(late == .discarded(reason: "attempt 2 has superseded it"))
        #expect(try store.lookUp([key.digest]).isEmpty)
        #expect(
            try store.commit(fixture.record(key, second, output: "good"), execution: fixture.execution) == .published)
        #expect(try store.lookUp([key.digest])[key.digest]?.digest(of: "out") == .of(text: "good"))
        #expect(try store.jobs(ofTask: "task").map(\.status) == ["discarded", "succeeded"])
        #expect(try store.ledger().map(\.kind) == ["discarded"])
    }

    @Test("The same attempt cannot publish twice")
    func doubledAttempt() throws {
        let key = StoreFixture.key("a")
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: nil)
        #expect(try store.commit(fixture.record(key, attempt, output: "1"), execution: fixture.execution) == .published)
        let second = try store.commit(fixture.record(key, attempt, output: "2"), execution: fixture.execution)
        #expect(second == .discarded(reason: "this attempt has already ended as succeeded"))
        #expect(try store.lookUp([key.digest])[key.digest]?.digest(of: "out") == .of(text: "1"))
    }

    @Test("A later attempt replaces the result, and a different output is recorded")
    func replaced() throws {
        let key = StoreFixture.key("a")
        for output in ["1", "1", "2"] {
            let attempt = try store.beginAttempt(key, execution: fixture.execution, task: nil)
            try store.commit(fixture.record(key, attempt, output: output), execution: fixture.execution)
        }
        let result = try #require(try store.lookUp([key.digest])[key.digest])
        #expect(result.outputs.map(\.digest) == [.of(text: "2")])
        #expect(result.references == [.of(text: "2 reference")])
        #expect(try store.ledger().map(\.kind) == ["differs"])
    }

    @Test("256 simultaneous results take few transactions, in order")
    func groups() throws {
        store.flush()
        let before = store.transactionCount
        let order = Mutex<[Int]>([])
        for index in 0..<256 {
            let key = StoreFixture.key("\(index)")
            let attempt = Attempt(action: key.digest, number: 1)
            let result = ActionResult(
                outputs: [ActionOutput(name: "out", digest: .of(text: "\(index)"), sizeBytes: 1)])
            let record = JobRecord(
                key: key, attempt: attempt, task: "t", outcome: .succeeded(result), startedAt: 1, durationSeconds: 0)
            try store.commit(record, execution: fixture.execution) { outcome in
                #expect(outcome == .success(.published))
                order.withLock { $0.append(index) }
            }
        }
        store.flush()
        #expect(order.withLock { $0 } == Array(0..<256))
        let used = store.transactionCount - before
        #expect(used >= 4 && used <= 16, "\(used) transactions")
        #expect(try store.lookUp((0..<256).map { StoreFixture.key("\($0)").digest }).count == 256)
    }

    @Test("When a transaction fails, all its results fail completely, and the next one succeeds")
    func fullDisk() throws {
        store.flush()
        let pages = try store.database.write { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        try store.database.write { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
        let execution = try store.beginExecution(command: "on a full disk", versions: "")
        let long = StoreFixture.key(String(repeating: "long ", count: 20_000))
        let attempt = try store.beginAttempt(long, execution: execution, task: nil)
        #expect(throws: StoreError.diskFull(path: store.path)) {
            try store.commit(fixture.record(long, attempt, output: "x"), execution: execution)
        }
        #expect(try store.lookUp([long.digest]).isEmpty)
        try store.database.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        let again = try store.beginAttempt(long, execution: execution, task: nil)
        #expect(try store.commit(fixture.record(long, again, output: "x"), execution: execution) == .published)
    }

    @Test("The last successful attempts of several tasks give their durations")
    func lastDurations() throws {
        let key = StoreFixture.key("a")
        let first = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        try store.commit(try fixture.record(key, first, output: "out"), execution: fixture.execution)
        let second = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        try store.commit(
            JobRecord(
                key: key, attempt: second, task: "task", outcome: .failed("no"), startedAt: 2, durationSeconds: 9),
            execution: fixture.execution)
        #expect(try store.lastDurations(ofTasks: ["task", "unknown"]) == ["task": 0.5])
    }

    @Test("Failed attempts are history, not facts")
    func failed() throws {
        let key = StoreFixture.key("a")
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        let record = JobRecord(
            key: key, attempt: attempt, task: "task", outcome: .failed("no light"), startedAt: 5, durationSeconds: 2,
            log: "step 1")
        #expect(try store.commit(record, execution: fixture.execution) == .recorded)
        #expect(try store.lookUp([key.digest]).isEmpty)
        let job = try #require(try store.jobs(ofTask: "task").first)
        #expect(job.status == "failed" && job.log == "step 1\nno light" && job.durationSeconds == 2)
        #expect(try store.lastKey(ofTask: "task") == nil)
    }

    @Test(
        "The tables refuse invalid rows",
        arguments: [
            "INSERT INTO artifact (digest) VALUES (x'00')",
            "INSERT INTO artifact (digest, sizeBytes) VALUES (zeroblob(32), -1)",
            "INSERT INTO job (action, attempt, execution, task, status, startedAt) VALUES (1, 0, 1, '', 'running', 0)",
            "INSERT INTO job (action, attempt, execution, task, status, startedAt) VALUES (1, 1, 1, '', 'maybe', 0)",
            "INSERT INTO job (action, attempt, execution, task, status, startedAt) VALUES (9, 1, 1, '', 'running', 0)",
            "INSERT INTO reference (action, artifact) VALUES (9, 9)",
            "INSERT INTO action (key, stage, version, job) VALUES (zeroblob(32), 's', 1, 9)",
            "INSERT INTO ledger (recordedAt, kind, digest, text) VALUES (0, 'odd', zeroblob(32), '')",
        ])
    func constraints(sql: String) {
        #expect(throws: StoreError.self) { try store.database.write { try $0.execute(sql: sql) } }
    }
}
