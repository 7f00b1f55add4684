import Foundation
import GRDB
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Stores of earlier versions")
struct MigrationTests {
    let folder: TemporaryFolder

    /// A store as version 1 left it: a result, the run that made it, and a run that was killed.
    init() throws {
        folder = try TemporaryFolder()
        let key = String(repeating: "11", count: 32)
        let database = try DatabasePool(path: folder.path + "/store.sqlite")
        try database.write { database in
            try database.execute(sql: StoreSchema.firstTables)
            try database.execute(
                sql: """
                    INSERT INTO execution VALUES (1, 'nominal run', 'nominal 0', 'host', 'cpu', 7, 10, 20, 'succeeded');
                    INSERT INTO execution VALUES (2, 'nominal run', 'nominal 0', 'host', 'cpu', 8, 30, NULL, 'running');
                    INSERT INTO artifact VALUES (1, zeroblob(32), 5);
                    INSERT INTO action VALUES (1, x'\(key)', 'stage', 1, 1, 0, 0);
                    INSERT INTO job VALUES (1, 1, 1, 1, 'task', 'succeeded', 10, 0.5, 'a line');
                    INSERT INTO generatedBy VALUES (1, 0, 'out', 1);
                    PRAGMA user_version = 1;
                    """)
        }
        try database.close()
    }

    @Test("Version 1 is brought up to date when it is opened for writing, and keeps what it knows")
    func first() throws {
        let store = try ContentStore(path: folder.path)
        #expect(try store.database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == StoreSchema.version)
        let key = try Digest(hex: String(repeating: "11", count: 32))
        let found = try #require(try store.lookUp([key])[key])
        #expect(found.outputs.map(\.sizeBytes) == [5])
        #expect(try store.jobs(ofTask: "task").map(\.log) == ["a line"])
        #expect(try store.runningExecutions() == [])
        #expect(try store.beginExecution(command: "", versions: "") == 3)
    }

    @Test("A store that a program of an earlier version has open is left as it is, until that program ends")
    func inUse() throws {
        var former: StoreLocks? = try StoreLocks(store: folder.path)
        let expected = StoreError.olderSchemaInUse(
            path: folder.path, found: 1, current: StoreSchema.version, holders: [])
        let error = #expect(throws: expected) { try ContentStore(path: folder.path) }
        #expect(error?.exitCode == 75)
        #expect(throws: StoreError.self) { try ContentStore(path: folder.path, mode: .readOnly) }
        withExtendedLifetime(former) {}
        former = nil
        _ = try ContentStore(path: folder.path)
    }

    @Test(
        "The process that has it open is named",
        .enabled(if: ["/usr/bin/flock", "/proc/locks"].allSatisfy { FileManager.default.fileExists(atPath: $0) }))
    func named() async throws {
        try folder.write("", to: "lock")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/flock")
        process.arguments = ["-s", "-n", folder.path + "/lock", "sleep", "60"]
        try process.run()
        defer { process.terminate() }
        for _ in 0..<500 where StoreLock.holders(store: folder.path).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        let holders = StoreLock.holders(store: folder.path)
        #expect(holders.count == 1 && holders[0].hasPrefix("process \(process.processIdentifier) (/usr/bin/flock -s"))
        let error = StoreError.olderSchemaInUse(path: "store", found: 5, current: 6, holders: holders)
        #expect("\(error)".contains("wait for process \(process.processIdentifier) (/usr/bin/flock"))
    }

    @Test("Equal parameters of version 5 stay one, and every result keeps its own")
    func keyParts() throws {
        let store = try ContentStore(path: folder.path)
        let run = try store.beginExecution(command: "", versions: "")
        for text in ["a", "a", "b"] {
            let key = ActionKey(
                stage: text, version: 1, parts: [KeyPart("text", .text("same")), KeyPart("own", .text(text))])
            _ = try store.beginAttempt(key, execution: run, task: "task")
        }
        store.flush()
        #expect(try store.database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM keyPart") } == 3)
        #expect(try store.database.read { try $0.foreignKeyViolations().next() } == nil)
    }

    @Test("Version 1 is not changed by reading; the message says what brings it up to date")
    func reading() throws {
        let expected = StoreError.olderSchema(path: folder.path, found: 1, current: StoreSchema.version)
        #expect(throws: expected) { try ContentStore(path: folder.path, mode: .readOnly) }
        _ = try ContentStore(path: folder.path)
        _ = try ContentStore(path: folder.path, mode: .readOnly)
    }

    @Test("A new store and one that was brought up to date have the same tables")
    func equalTables() throws {
        let new = try TemporaryFolder()
        func tables(_ path: String) throws -> [String] {
            try ContentStore(path: path).database.read {
                try String.fetchAll(
                    $0, sql: "SELECT name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name")
            }
        }
        #expect(try tables(folder.path) == tables(new.path))
    }

    @Test("Steps are in the order of their versions, the last one of which is the present one")
    func order() {
        let versions = StoreSchema.steps.map(\.version)
        #expect(versions == versions.sorted() && versions.last == StoreSchema.version)
    }
}
