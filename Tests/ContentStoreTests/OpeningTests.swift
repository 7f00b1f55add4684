import Foundation
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Opening a store")
struct OpeningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A second writer waits for the first, then says who holds the store")
    func locked() throws {
        let first = try ContentStore(path: folder.path)
        var announced = ""
        let error = #expect(throws: StoreError.self) {
            _ = try ContentStore(path: folder.path, lockTimeoutSeconds: 0.1) { announced = $0 }
        }
        #expect(error?.exitCode == 75)
        #expect(announced.hasPrefix("process \(ProcessInfo.processInfo.processIdentifier) on "))
        #expect("\(error!)".contains("is locked by \(announced), still after 0.1 s"))
        withExtendedLifetime(first) {}
    }

    @Test("The lock goes when the store does")
    func unlocked() throws {
        for _ in 0..<3 {
            let store = try ContentStore(path: folder.path)
            _ = try store.beginExecution(command: "", versions: "")
        }
    }

    @Test("Readers do not wait for a writer and see what it committed")
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
        #expect(!FolderOperations.exists(path))
    }

    @Test("A folder that cannot be written to is named", .enabled(if: FolderOperations.exists("/proc/self")))
    func notWritable() {
        #expect(throws: StoreError.fileSystem(operation: "create the folder", path: "/proc/store", code: ENOENT)) {
            try ContentStore(path: "/proc/store")
        }
    }

    @Test(
        "Errors of the system become the cases that have a remedy of their own",
        arguments: [
            (EROFS, StoreError.readOnlyFileSystem(path: "p")), (ENOSPC, .diskFull(path: "p")),
            (EDQUOT, .diskFull(path: "p")),
            (EIO, .fileSystem(operation: "write", path: "p", code: EIO)),
        ])
    func systemErrors(code: Int32, error: StoreError) {
        #expect(StoreError.from(errno: code, "write", "p") == error)
        #expect(error.exitCode == 74)
    }

    @Test("A store of a newer schema version is refused in both modes and left as it is")
    func newerSchema() throws {
        let version = StoreSchema.version + 1
        do {
            let store = try ContentStore(path: folder.path)
            try store.database.write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
        }
        let expected = StoreError.newerSchema(path: folder.path, found: version, supported: StoreSchema.version)
        #expect(throws: expected) { try ContentStore(path: folder.path) }
        #expect(throws: expected) { try ContentStore(path: folder.path, mode: .readOnly) }
    }

    @Test("A store.sqlite that is no store is refused", arguments: ["not a database at all, but long enough", ""])
    func foreignFile(content: String) throws {
        try folder.write(String(repeating: content, count: 100), to: "store.sqlite")
        #expect(throws: StoreError.self) { try ContentStore(path: folder.path, mode: .readOnly) }
        if !content.isEmpty {
            #expect(throws: StoreError.self) { try ContentStore(path: folder.path) }
        }
    }

    @Test("What a killed run left behind goes: its folders, its lock, its running jobs")
    func leftovers() async throws {
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
        #expect(try FolderOperations.names(in: folder.path + "/attempts") == ["1"])
        let store = try ContentStore(path: folder.path)
        #expect(try FolderOperations.names(in: folder.path + "/attempts") == [])
        #expect(try store.lookUp([key.digest])[key.digest]?.digest(of: "out") == Digest.of([1, 2]))
        #expect(try store.jobs(ofTask: "task").map(\.status) == ["succeeded", "abandoned"])
        #expect(try store.beginAttempt(key, execution: 1, task: nil).number == 3)
        #expect(try store.beginExecution(command: "", versions: "") == 2)
    }
}
