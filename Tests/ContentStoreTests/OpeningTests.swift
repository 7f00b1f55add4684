import Foundation
import GRDB
import Glibc
import PipelineTestSupport
import Synchronization
import Testing

@testable import ContentStore

@Suite("Opening a store")
struct OpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("Several writers can open a store at once")
    func manyWriters() throws {
        let stores = try (0..<4).map { _ in try ContentStore(path: folder.path) }
        let executions = try stores.map { try $0.beginExecution(command: "", versions: "") }
        #expect(executions == [1, 2, 3, 4])
        let digests = try stores.enumerated().map { try $1.put(bytes: [UInt8($0)]) }
        #expect(try digests.map { try stores[0].read($0) } == [[0], [1], [2], [3]])
    }

    private func write(host: String) throws { try folder.write(host, to: "locks/host") }

    @Test("A store that another machine has open is refused in both modes")
    func openElsewhere() throws {
        var there: ContentStore? = try ContentStore(path: folder.path)
        _ = try there?.put(bytes: [1])
        try write(host: "another boot\nnode7\n")
        var announced = ""
        let error = #expect(
            throws: StoreError.openElsewhere(path: folder.path, host: "node7", waitedSeconds: 0.15)
        ) {
            try ContentStore(path: folder.path, lockTimeoutSeconds: 0.15) { announced = $0 }
        }
        #expect(announced == "a program on the machine node7")
        #expect(error?.exitCode == 75)
        #expect(throws: StoreError.openElsewhere(path: folder.path, host: "node7", waitedSeconds: nil)) {
            try ContentStore(path: folder.path, mode: .readOnly)
        }
        there = nil
        #expect(try ContentStore(path: folder.path, mode: .readOnly).executions(limit: 1).isEmpty)
        let here = try ContentStore(path: folder.path)
        #expect(try StoreHost(lockFolder: folder.path + "/locks") == .current)
        let more = try ContentStore(path: folder.path)
        withExtendedLifetime((here, more)) {}
    }

    @Test("A program that waits for another machine continues after its end")
    func waitsForOtherMachine() throws {
        let there = Mutex<ContentStore?>(try ContentStore(path: folder.path))
        try write(host: "another boot\nnode7\n")
        let here = try ContentStore(path: folder.path, lockTimeoutSeconds: 60) { _ in there.withLock { $0 = nil } }
        #expect(try here.beginExecution(command: "", versions: "") == 1)
    }

    @Test(
        "A renamed machine and a malformed host file do not prevent opening",
        arguments: ["\(StoreHost.current.bootIdentifier)\nformer name\n", "", "node7", "a\nb\nc\n", "\0\n"])
    func unknownHost(text: String) throws {
        let one = try ContentStore(path: folder.path)
        try write(host: text)
        let two = try ContentStore(path: folder.path)
        #expect(try StoreHost(lockFolder: folder.path + "/locks") == .current)
        withExtendedLifetime((one, two)) {}
    }

    @Test("Readers do not wait for a writer, and see its commits")
    func reader() throws {
        let writer = try ContentStore(path: folder.path)
        let digest = try writer.put(bytes: [1])
        let reader = try ContentStore(path: folder.path, mode: .readOnly)
        #expect(try reader.read(digest) == [1])
        #expect(throws: StoreError.openedReadOnly(path: folder.path, operation: "store a blob")) {
            try reader.put(bytes: [2])
        }
        #expect(throws: StoreError.self) { try reader.beginExecution(command: "", versions: "") }
    }

    @Test("A read-only opening creates nothing")
    func readOnlyMissing() throws {
        let path = folder.path + "/none"
        #expect(throws: StoreError.notAStore(path: path, reason: "it has no store.sqlite")) {
            try ContentStore(path: path, mode: .readOnly)
        }
        #expect(try !FolderOperations.exists(path))
    }

    @Test(
        "The error names a folder that is not writable",
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/self")))
    func notWritable() {
        #expect(throws: StoreError.fileSystem(operation: "create the folder", path: "/proc/store", code: ENOENT)) {
            try ContentStore(path: "/proc/store")
        }
    }

    @Test(
        "System errors map to the cases with their own remedy",
        arguments: [
            (EROFS, StoreError.readOnlyFileSystem(path: "p")), (ENOSPC, .diskFull(path: "p")),
            (EDQUOT, .diskFull(path: "p", isQuota: true)),
            (EIO, .fileSystem(operation: "write", path: "p", code: EIO)),
        ])
    func systemErrors(code: Int32, error: StoreError) {
        #expect(StoreError.from(errno: code, "write", "p") == error)
        #expect(error.exitCode == 74)
    }

    @Test("A store of another schema version is refused in both modes and left unchanged", arguments: [-2, 1])
    func otherSchema(difference: Int) throws {
        let version = StoreSchema.version + difference
        do {
            let store = try ContentStore(path: folder.path)
            try store.database.write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
        }
        let expected = StoreError.otherSchema(path: folder.path, found: version, expected: StoreSchema.version)
        let error = #expect(throws: expected) { try ContentStore(path: folder.path) }
        #expect(throws: expected) { try ContentStore(path: folder.path, mode: .readOnly) }
        #expect(
            error?.exitCode == 74
                && "\(error!)" == "The store \(folder.path) has schema version \(version), expected "
                    + "\(StoreSchema.version): use another --store or remove this one."
        )
    }

    @Test("A store of version 8 is migrated by a program that writes, and keeps its thresholds")
    func migration() throws {
        let decision = "INSERT INTO thresholdDecision (model, value, decidedBy, reason, decidedAt) VALUES (1, "
        do {
            let store = try ContentStore(path: folder.path)
            try store.database.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO artifact (id, digest) VALUES (1, zeroblob(32));
                        INSERT INTO model (id, name, version, artifact, registeredAt) VALUES (1, 'wood', 1, 1, 0);
                        DROP TABLE thresholdDecision;
                        CREATE TABLE thresholdDecision (id INTEGER PRIMARY KEY,
                            model INTEGER NOT NULL REFERENCES model (id), value REAL CHECK (value > 0),
                            decidedBy TEXT NOT NULL, reason TEXT NOT NULL, decidedAt INTEGER NOT NULL) STRICT;
                        CREATE INDEX thresholdDecisionModel ON thresholdDecision (model, id);
                        \(decision)0.5, 'ann', 'few', 7);
                        DELETE FROM grdb_migrations WHERE identifier = '9';
                        PRAGMA user_version = 8;
                        """)
            }
        }
        func values(_ store: ContentStore) throws -> [Double] {
            try store.database.read { try Double.fetchAll($0, sql: "SELECT value FROM thresholdDecision ORDER BY id") }
        }
        #expect(try values(try ContentStore(path: folder.path, mode: .readOnly)) == [0.5])
        let store = try ContentStore(path: folder.path)
        try store.database.write { try $0.execute(sql: decision + "-0.5, 'bob', '', 8)") }
        #expect(try values(store) == [0.5, -0.5])
        #expect(try store.database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == StoreSchema.version)
    }

    @Test("A store whose creation stopped before its tables were made is created by the next opening")
    func creationStopped() throws {
        do {
            let database = try DatabasePool(path: folder.path + "/store.sqlite")
            try database.write {
                try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            }
            try database.close()
        }
        #expect(throws: StoreError.self) { try ContentStore(path: folder.path, mode: .readOnly) }
        #expect(try ContentStore(path: folder.path).beginExecution(command: "", versions: "") == 1)
    }

    @Test("A foreign store.sqlite is refused", arguments: ["not a database at all, but long enough", ""])
    func foreignFile(content: String) throws {
        try folder.write(String(repeating: content, count: 100), to: "store.sqlite")
        #expect(throws: StoreError.self) { try ContentStore(path: folder.path, mode: .readOnly) }
        if !content.isEmpty {
            #expect(throws: StoreError.self) { try ContentStore(path: folder.path) }
        }
    }

    @Test("Folders, locks and running jobs of killed runs are removed, those of live runs stay")
    func leftovers() async throws {
        let live = try ContentStore(path: folder.path)
        let other = try live.beginExecution(command: "lives", versions: "")
        let mine = try live.makeAttemptFolder(execution: other, name: "0-1")
        try folder.write("half", to: "attempts/blob-1-7")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let key = ActionKey(stage: "s", version: 1, parts: [])
            let store = try ContentStore(path: path)
            let execution = try store.beginExecution(command: "c", versions: "")
            let attempt = try store.beginAttempt(key, execution: execution, task: "task")
            let digest = try store.put(bytes: [1, 2])
            let result = ActionResult(outputs: [ActionOutput(name: "out", digest: digest, sizeBytes: 2)])
            try store.commit(
                JobRecord(
                    key: key, attempt: attempt, task: "task", outcome: .succeeded(result), startedAt: 1,
                    durationSeconds: 0), execution: execution)
            _ = try store.beginAttempt(key, execution: execution, task: "task")
            _ = try store.makeAttemptFolder(execution: execution, name: "0-2")
            store.flush()
            kill(getpid(), SIGKILL)
        }
        let key = ActionKey(stage: "s", version: 1, parts: [])
        #expect(try FolderOperations.names(in: folder.path + "/attempts") == ["1", "2", "blob-1-7"])
        try folder.write("half", to: "attempts/blob-999-7")
        let store = try ContentStore(path: folder.path)
        #expect(try FolderOperations.names(in: folder.path + "/attempts") == ["1", "blob-1-7"])
        #expect(try FolderOperations.exists(mine))
        #expect(try store.runningExecutions() == [other])
        #expect(try store.lookUp([key.digest])[key.digest]?.digest(of: "out") == Digest.of([1, 2]))
        #expect(try store.jobs(ofTask: "task").map(\.status) == ["succeeded", "abandoned"])
        #expect(try store.beginAttempt(key, execution: 1, task: nil).number == 3)
        #expect(try store.beginExecution(command: "", versions: "") == 3)
        withExtendedLifetime(live) {}
    }

    @Test("A temporary file of a dead process with our session number is removed")
    func leftoverOfOurNumber() throws {
        do { _ = try ContentStore(path: folder.path) }
        for number in 1...4 { try folder.write("half", to: "attempts/blob-1-\(number)") }
        let store = try ContentStore(path: folder.path)
        #expect(try FolderOperations.names(in: folder.path + "/attempts") == [])
        #expect(try (0..<8).map { try store.put(bytes: [$0]) }.count == 8)
    }
}
