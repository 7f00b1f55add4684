import ContentStore
import DatasetTestSupport
import Foundation
import GRDB
import Manifests
import Pipeline
import PipelineTestSupport
import Testing

@testable import Audit
@testable import Jobs
@testable import Stages

/// Edits of the rows that a provenance statement is derived from.
@Suite("Attested rows of the store")
struct AttestedRowsTests {
    private let store: ContentStore
    private let database: DatabaseQueue
    private let folder: TemporaryFolder

    init() throws {
        let data = try TinyDataSet()
        try data.writeCategory("bolt")
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path + "/store")
        let manifest = try data.manifest()
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        var options = ExecutorOptions(jobs: 2, command: "nominal run tiny.json", versions: "nominal", subject: "tiny")
        options.origin = RunOrigin(
            manifest: try store.put(bytes: Array("{}".utf8)), file: "tiny.json", recipe: "{\"command\":\"run\"}")
        let summary = try Executor(store: store, options: options).run(job.graph)
        #expect(summary.isSuccess)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        database = try DatabaseQueue(path: folder.path + "/store/store.sqlite", configuration: configuration)
    }

    private static let tables = [
        "execution", "job", "action", "keyPart", "actionKeyPart", "used", "generatedBy", "source", "reference",
        "warning",
        "taskKeys", "artifact", "chain", "origin",
    ]

    private func other(_ value: DatabaseValue, type: String) -> DatabaseValue {
        switch value.storage {
        case .null:
            type == "TEXT" ? "x".databaseValue : type == "BLOB" ? Data(count: 32).databaseValue : 1.databaseValue
        case .int64(let number): (number + 1).databaseValue
        case .double(let number): (number + 1).databaseValue
        case .string(let text): (text + "x").databaseValue
        case .blob(let data): Data([data.first.map { $0 ^ 1 } ?? 0] + data.dropFirst()).databaseValue
        }
    }

    /// Changes one column of one row, runs the body, and takes the change back; false where the database has no room
    /// for it.
    private func edit(
        _ table: String, _ columns: [String], _ row: Row, _ column: Int, _ value: DatabaseValue,
        _ body: () throws -> Void
    ) throws -> Bool {
        let condition = columns.map { "\"\($0)\" IS ?" }.joined(separator: " AND ")
        var values = Array(row.databaseValues)
        func update(to new: DatabaseValue) throws {
            try database.write { database in
                try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
                try database.execute(
                    sql: "UPDATE \(table) SET \"\(columns[column])\" = ? WHERE \(condition)",
                    arguments: StatementArguments([new] + values))
                guard database.changesCount == 1 else { throw DatabaseError(message: "not one row") }
            }
        }
        let old = values[column]
        do { try update(to: value) } catch is DatabaseError { return false }
        values[column] = value
        try body()
        try update(to: old)
        return true
    }

    @Test(
        "An edit of any column is refused with its fault, unless it does not change the statement"
    )
    func everyColumn() throws {
        let sound = try ProvenanceStatement(ofRun: 1, store).bytes
        var (refused, harmless) = (0, Set<String>())
        for table in Self.tables {
            let (columns, types, rows) = try database.read { database in
                let information = try Row.fetchAll(database, sql: "PRAGMA table_info(\(table))")
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \(table)")
                return (information.map { $0["name"] as String }, information.map { $0["type"] as String }, rows)
            }
            // The first and last ones, and some between.
            let step = max(1, rows.count / 4)
            for row in stride(from: 0, to: rows.count, by: step).map({ rows[$0] }) + rows.suffix(1) {
                for (column, name) in columns.enumerated() {
                    let value = other(Array(row.databaseValues)[column], type: types[column])
                    _ = try edit(table, columns, row, column, value) {
                        do {
                            let bytes = try ProvenanceStatement(ofRun: 1, store).bytes
                            #expect(bytes == sound, "\(table).\(name) was edited and attested: \(row)")
                            harmless.insert("\(table).\(name)")
                        } catch let error as LineageError {
                            guard case .edited(1, let fault, _) = error else {
                                Issue.record("\(table).\(name): \(error)")
                                return
                            }
                            #expect(!fault.isEmpty && "\(error)".contains("nominal verify --history"))
                            refused += 1
                        } catch {
                            Issue.record("\(table).\(name) \(row): \(error)")
                        }
                    }
                }
            }
        }
        #expect(refused > 150)
        // Numbers by which rows refer to each other have to fit, and host and process are not attested.
        #expect(!harmless.contains("execution.outcome") && !harmless.contains("job.task"), "\(harmless.sorted())")
        #expect(try ProvenanceStatement(ofRun: 1, store).bytes == sound)
    }

    /// A stage that does not give the same twice, under the name of one whose outputs are results.
    private struct FickleStage: Stage {
        static let name = AggregateStage.name
        static let version = 1
        let text: String
        var outputs: [String] { ["scores.csv"] }

        // Not a setting: the stage is to have the same key every time.
        private enum CodingKeys: CodingKey {}

        init(text: String) { self.text = text }

        init(from decoder: any Decoder) throws { text = "" }

        func encode(to encoder: any Encoder) throws {}

        func run(_ context: TaskContext) throws { try context.write(Array(text.utf8), to: "scores.csv") }
    }

    @Test("A run with replaced results is not attested; the run that replaced them is")
    func otherwise() throws {
        let folder = try TemporaryFolder()
        func run(_ text: String) throws -> ContentStore {
            let store = try ContentStore(path: folder.path + "/store")
            let task = PipelineTask(
                id: TaskID("aggregate"), stage: FickleStage(text: text), inputs: [], resources: .light)
            let summary = try Executor(store: store, options: ExecutorOptions(jobs: 1)).run(TaskGraph([task]))
            #expect(summary.isSuccess && summary.run == 1)
            return store
        }
        _ = try ProvenanceStatement(ofRun: 1, run("one"))
        let hex = Digest.of(text: "one").hex
        try FileManager.default.removeItem(
            atPath: "\(folder.path)/store/objects/\(hex.prefix(2))/\(hex.dropFirst(2))")
        let store = try run("two")
        #expect(throws: LineageError.remade(run: 1, task: "aggregate", count: 1, by: 2)) {
            try ProvenanceStatement(ofRun: 1, store)
        }
        _ = try ProvenanceStatement(ofRun: 2, store)
    }

    @Test(
        "An added, removed or moved row is refused",
        arguments: [
            "DELETE FROM job WHERE id = 2", "DELETE FROM warning", "UPDATE action SET job = NULL WHERE id = 1",
            "DELETE FROM chain WHERE position = (SELECT max(position) FROM chain)",
            "INSERT INTO generatedBy SELECT action, 99, 'more', artifact FROM generatedBy WHERE action = 1 AND position = 0",
            "UPDATE taskKeys SET content = CAST('' AS BLOB)", "DELETE FROM taskKeys", "DELETE FROM source",
            "UPDATE execution SET outcome = 'running', finishedAt = NULL",
        ])
    func rows(_ sql: String) throws {
        let before = try ProvenanceStatement(ofRun: 1, store).bytes
        let changes = try database.write { database in
            try database.execute(sql: sql)
            return database.changesCount
        }
        guard changes > 0 else {
            #expect(try ProvenanceStatement(ofRun: 1, store).bytes == before)
            return
        }
        let error = #expect(throws: LineageError.self) { try ProvenanceStatement(ofRun: 1, store) }
        guard case .edited? = error else {
            Issue.record("\(sql): \(String(describing: error))")
            return
        }
    }
}
