import GRDB
import ModelRegistry
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("History chain")
struct HistoryTests {
    let fixture: StoreFixture
    var store: ContentStore { fixture.store }

    /// A store with two results, a failure, two models, promotions and a fault.
    init() throws {
        fixture = try StoreFixture()
        let first = StoreFixture.key("a")
        try commit(first, "one")
        try commit(
            ActionKey(
                stage: "stage", version: 1, parts: [KeyPart("image", .digest(.of(text: "photograph")))],
                inputs: [ActionInput(name: "in", digest: .of(text: "one"))]), "two")
        let failing = StoreFixture.key("b")
        let attempt = try store.beginAttempt(failing, execution: fixture.execution, task: "task")
        try store.commit(
            JobRecord(
                key: failing, attempt: attempt, task: "task", outcome: .failed("no"), startedAt: 1, durationSeconds: 1),
            execution: fixture.execution)
        for model in ["one", "two"] { try store.register(model: .of(text: model), as: "wood") }
        try store.promote(ModelReference(name: "wood", .version(1)), by: "anna", reason: "first")
        try store.promote(ModelReference(name: "wood", .version(2)), by: "anna", reason: "better")
        try store.note(differenceIn: first.digest, "differs")
        try store.endExecution(fixture.execution, outcome: .failed)
    }

    private func commit(_ key: ActionKey, _ output: String) throws {
        let attempt = try store.beginAttempt(key, execution: fixture.execution, task: "task")
        try store.commit(try fixture.record(key, attempt, output: output), execution: fixture.execution)
    }

    @Test("When a run ends without other processes, the history is complete without the journal")
    func journal() throws {
        let copy = fixture.folder.path + "/copy"
        try FolderOperations.create(copy)
        try AtomicFile.place(copyOf: store.path + "/store.sqlite", at: copy + "/store.sqlite", onlyIfChanged: false)
        let alone = try ContentStore(path: copy)
        #expect(try alone.execution(fixture.execution)?.outcome == "failed")
        #expect(try alone.verifyHistory().isSound)
    }

    private func tamper(_ sql: String) throws {
        try store.database.write { database in
            try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
            try database.execute(sql: sql)
        }
    }

    @Test("An unmodified history is sound, with an entry for every complete row")
    func sound() throws {
        let report = try store.verifyHistory()
        #expect(report.faults == [])
        #expect(report.entries == 9)
        #expect(report.head == (try store.historyHead()))
        #expect(try store.verifyHistory(through: [#require(report.head)]).isSound)
    }

    @Test("Running runs and attempts are not faults")
    func underWay() throws {
        let run = try store.beginExecution(command: "", versions: "")
        _ = try store.beginAttempt(StoreFixture.key("c"), execution: run, task: "task")
        store.flush()
        #expect(try store.verifyHistory().isSound)
    }

    struct Tampering: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let found: String
    }

    static let tamperings: [Tampering] = [
        Tampering(
            testDescription: "a duration", sql: "UPDATE job SET durationSeconds = 9 WHERE id = 1",
            found: "the attempt 1 was edited"),
        Tampering(
            testDescription: "a failure that becomes a success",
            sql: "UPDATE job SET status = 'succeeded' WHERE id = 3",
            found: "the attempt 3 was edited"),
        Tampering(
            testDescription: "an attempt that is removed",
            sql: "UPDATE action SET job = NULL WHERE job = 2; DELETE FROM job WHERE id = 2",
            found: "the attempt 2 was removed"),
        Tampering(
            testDescription: "an attempt that is inserted",
            sql: """
                INSERT INTO job (action, attempt, execution, task, status, startedAt, durationSeconds)
                VALUES (1, 7, 1, 'task', 'failed', 1, 1)
                """, found: "the attempt 4 was inserted"),
        Tampering(
            testDescription: "two attempts that change places",
            sql: """
                UPDATE action SET job = NULL WHERE job IS NOT NULL;
                UPDATE job SET id = 100 WHERE id = 1; UPDATE job SET id = 1 WHERE id = 2; UPDATE job SET id = 2 WHERE id = 100
                """, found: "the attempt 1 was edited"),
        Tampering(
            testDescription: "a result that is another blob",
            sql: "UPDATE generatedBy SET artifact = (SELECT max(artifact) FROM generatedBy) WHERE action = 1",
            found: "the inputs or outputs of the attempt 1 were edited"),
        Tampering(
            testDescription: "a result that is hidden", sql: "UPDATE action SET job = NULL WHERE job = 2",
            found: "the inputs or outputs of the attempt 2 were edited"),
        Tampering(
            testDescription: "an input that is another blob",
            sql: "UPDATE used SET artifact = (SELECT max(artifact) FROM generatedBy)",
            found: "the inputs or outputs of the attempt 2 were edited"),
        Tampering(
            testDescription: "an image that is another one",
            sql: "UPDATE source SET artifact = (SELECT max(artifact) FROM generatedBy)",
            found: "the inputs or outputs of the attempt 2 were edited"),
        Tampering(
            testDescription: "a parameter", sql: "UPDATE keyPart SET readable = 'b' WHERE readable = '\"a\"'",
            found: "the inputs or outputs of the attempt 1 were edited"),
        Tampering(
            testDescription: "a map that is another one", sql: "DELETE FROM reference WHERE action = 1",
            found: "the inputs or outputs of the attempt 1 were edited"),
        Tampering(
            testDescription: "who promoted a model", sql: "UPDATE promotion SET decidedBy = 'bob' WHERE id = 2",
            found: "the promotion 2 was edited"),
        Tampering(
            testDescription: "a promotion that is removed", sql: "DELETE FROM promotion WHERE id = 1",
            found: "the promotion 1 was removed"),
        Tampering(
            testDescription: "a model's file",
            sql: "UPDATE model SET artifact = (SELECT max(id) FROM artifact) WHERE id = 1",
            found: "the model 1 was edited"),
        Tampering(
            testDescription: "when a run took place", sql: "UPDATE execution SET startedAt = 1",
            found: "the run 1 was edited"),
        Tampering(
            testDescription: "a fault that is forgotten", sql: "DELETE FROM ledger",
            found: "the entry of the ledger 1 was removed"),
        Tampering(
            testDescription: "the last attempt and its entry",
            sql: "DELETE FROM job WHERE id = 3; DELETE FROM chain WHERE kind = 2 AND row = 3",
            found: "entry 3 of the history was removed"),
        Tampering(
            testDescription: "the last entry",
            sql: "DELETE FROM chain WHERE position = (SELECT max(position) FROM chain)",
            found: "entry 9 of the history was removed"),
        Tampering(
            testDescription: "an entry that fits an edited row",
            sql: "UPDATE chain SET record = zeroblob(32) WHERE position = 4",
            found: "entry 4 of the history does not follow"),
        Tampering(
            testDescription: "two entries that change places",
            sql: """
                UPDATE chain SET position = 100 WHERE position = 4; UPDATE chain SET position = 4 WHERE position = 5;
                UPDATE chain SET position = 5 WHERE position = 100; UPDATE sqlite_sequence SET seq = 9 WHERE name = 'chain'
                """, found: "entry 4 of the history does not follow"),
        Tampering(
            testDescription: "the last entry and the counter",
            sql: "DELETE FROM chain WHERE position = 9; DELETE FROM sqlite_sequence WHERE name = 'chain'",
            found: "the number of the last entry"),
        Tampering(
            testDescription: "an entry far away",
            sql: "UPDATE chain SET position = 9000000000000000000 WHERE position = 9",
            found: "entries 9 to 8999999999999999999 of the history were removed"),
        Tampering(
            testDescription: "an entry at the last position there is",
            sql: "UPDATE chain SET position = 9223372036854775807 WHERE position = 9",
            found: "entry 9223372036854775807 of the history does not follow"),
        Tampering(
            testDescription: "a result of an attempt that never ended",
            sql: """
                INSERT INTO job (action, attempt, execution, task, status, startedAt) VALUES (1, 7, 1, 'task', 'running', 1);
                UPDATE action SET job = last_insert_rowid() WHERE id = 1;
                UPDATE generatedBy SET artifact = (SELECT max(artifact) FROM generatedBy) WHERE action = 1
                """, found: "the inputs or outputs of the attempt 1 were edited"),
        Tampering(
            testDescription: "a result of an action that failed", sql: "UPDATE action SET job = 3 WHERE job IS NULL",
            found: "has a result but no successful attempt"),
        Tampering(
            testDescription: "a flag that hides maps", sql: "UPDATE action SET hasReferences = 0 WHERE id = 1",
            found: "the inputs or outputs of the attempt 1 were edited"),
    ]

    @Test("Tampering is detected and named", arguments: tamperings)
    func tampering(_ tampering: Tampering) throws {
        try tamper(tampering.sql)
        let report = try store.verifyHistory()
        #expect(report.faults.contains { "\($0)".contains(tampering.found) }, "\(report.faults)")
    }

    @Test("An entry recorded elsewhere reveals a history rewritten from some entry on")
    func rewritten() throws {
        let kept = try #require(try store.historyHead())
        try store.database.write { database in
            try database.execute(sql: "UPDATE promotion SET reason = 'bribed' WHERE id = 2; DELETE FROM chain")
            try database.execute(sql: "DELETE FROM sqlite_sequence WHERE name = 'chain'")
            for kind in HistoryKind.allCases {
                let rows = try Int64.fetchAll(database, sql: "SELECT row FROM (\(kind.rows)) ORDER BY row")
                for row in rows { try database.link(kind, row) }
            }
        }
        #expect(try store.verifyHistory().isSound)
        #expect(try store.verifyHistory(through: [kept]).faults == [.otherHistory(kept)])
        #expect(HistoryHead("\(kept)") == kept)
    }

    @Test(
        "An edited row with an appended entry is detected, although the recorded entry is in the history",
        arguments: [
            ("UPDATE promotion SET reason = 'bribed' WHERE id = 2", HistoryKind.promotion, Int64(2)),
            ("UPDATE execution SET startedAt = 1", .execution, 1),
            ("UPDATE generatedBy SET artifact = (SELECT max(artifact) FROM generatedBy) WHERE action = 1", .job, 1),
        ])
    func appended(_ edit: (sql: String, kind: HistoryKind, row: Int64)) throws {
        let kept = try #require(try store.historyHead())
        try store.database.write { database in
            try database.execute(sql: edit.sql)
            try database.link(edit.kind, edit.row)
        }
        let report = try store.verifyHistory(through: [kept])
        #expect(report.faults == [.vouchedAgain(what: edit.kind.word, row: edit.row, position: 10)])
    }

    @Test("Recomputed results are known with their run; a different one is a fault")
    func remade() throws {
        let (first, other) = (StoreFixture.key("a"), StoreFixture.key("other"))
        let before = try store.remadeResults(since: fixture.execution, [first.digest])
        #expect(before == [])
        let run = try store.beginExecution(command: "", versions: "")
        func make(_ key: ActionKey, _ output: String) throws {
            let attempt = try store.beginAttempt(key, execution: run, task: "task")
            try store.commit(try fixture.record(key, attempt, output: output), execution: run)
            store.flush()
        }
        try make(first, "one")
        func remade() throws -> [RemadeResult] {
            try store.remadeResults(since: fixture.execution, [first.digest, other.digest])
        }
        let found = RemadeResult(
            key: first.digest, task: "task", formerRun: fixture.execution, latterRun: run, isEqual: true)
        #expect(try remade() == [found])
        #expect(try store.verifyHistory().faults == [])
        try make(first, "another one")
        #expect(try remade().map(\.isEqual) == [false])
        let fault = HistoryReport.Fault.madeOtherwise(task: "task", run: fixture.execution, by: run)
        #expect(try store.verifyHistory().faults.contains(fault))
        #expect(try store.verifyHistory().edits == [])
        let graph = try store.lineage(actions: [first.digest], .up)
        #expect(graph.actions.map(\.execution) == [run] && graph.actions.map(\.attempt) == [3])
        try tamper("UPDATE generatedBy SET artifact = (SELECT min(artifact) FROM generatedBy) WHERE action = 1")
        #expect(try store.verifyHistory().edits.count == 1)
    }

    @Test("An edited task list is detected")
    func taskList() throws {
        let run = try store.beginExecution(command: "", versions: "")
        let key = StoreFixture.key("a").digest
        try store.endExecution(run, outcome: .succeeded, keys: TaskKeys([TaskKeys.Entry(task: "task", key: key)]))
        try tamper("UPDATE taskKeys SET content = CAST('' AS BLOB)")
        #expect(try store.verifyHistory().faults == [.taskListEdited(row: 1)])
    }

    @Test("Attempts of a dead run join the history when the next process notices")
    func interrupted() throws {
        let run = try store.beginExecution(command: "", versions: "")
        _ = try store.beginAttempt(StoreFixture.key("c"), execution: run, task: "task")
        store.flush()
        fixture.close()
        try fixture.open()
        let report = try fixture.store.verifyHistory()
        #expect(report.isSound && report.entries == 11)
    }
}
