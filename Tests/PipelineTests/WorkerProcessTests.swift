import ContentStore
import Foundation
import PipelineTestSupport
import PythonTestSupport
import Testing

@testable import Pipeline

/// Processes that are started for one attempt: here shells, which leave no record.
@Suite("Worker processes")
struct WorkerProcessTests {
    private let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    private func run(
        _ script: String, _ policy: FailurePolicy = FailurePolicy(),
        _ cancellation: CancellationFlag = CancellationFlag()
    ) throws -> WorkerRecord {
        let spec = WorkerSpec(
            task: "t", key: "k", attempt: 1, inputs: [], outputs: [], threads: 1, store: fixture.store.path,
            folder: fixture.folder.path)
        return try WorkerProcess(program: "/bin/sh", arguments: ["-c", script]).run(
            spec, policy, cancellation
        ) { _ in }
    }

    private func failure(_ script: String, _ policy: FailurePolicy = FailurePolicy()) -> FailureClass? {
        do {
            _ = try run(script, policy)
            return nil
        } catch {
            return (error as? AttemptFailure)?.kind
        }
    }

    /// How many processes have `word` among their arguments.
    private func processes(with word: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.count { number in
            let words = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
            return words.split(separator: "\0").contains { $0 == word }
        }
    }

    @Test("An end without a record, an end by a signal and a record are told apart")
    func ends() throws {
        #expect(failure("exit 3") == .lost)
        #expect(failure("kill -9 $$") == .killed)
        var record = WorkerRecord(key: "k", attempt: 1)
        (record.warnings, record.log) = (["w"], "l")
        try fixture.folder.write(String(decoding: JSONEncoder().encode(record), as: UTF8.self), to: "mine.json")
        #expect(try run("cp \(fixture.folder.path)/mine.json \(fixture.folder.path)/record.json") == record)
    }

    @Test("A record of another attempt counts as none")
    func otherRecord() throws {
        let record = WorkerRecord(key: "k", attempt: 2)
        try fixture.folder.write(String(decoding: JSONEncoder().encode(record), as: UTF8.self), to: "record.json")
        #expect(failure("exit 0") == .lost)
    }

    @Test("A program that is not there is refused")
    func refused() {
        let spec = WorkerSpec(
            task: "t", key: "k", attempt: 1, inputs: [], outputs: [], threads: 1, store: fixture.store.path,
            folder: fixture.folder.path)
        let error = #expect(throws: AttemptFailure.self) {
            try WorkerProcess(program: "/nowhere/nominal", arguments: []).run(
                spec, FailurePolicy(), CancellationFlag()
            ) { _ in }
        }
        #expect(error?.kind == .refused)
    }

    @Test("After the time limit the process is killed with everything that it has started, in other sessions too")
    func timeLimit() throws {
        let (first, second) = ("300.0\(getpid())", "301.0\(getpid())")
        let script = "sleep \(first) & setsid sleep \(second) & sleep \(first)"
        #expect(failure(script, FailurePolicy(timeLimitSeconds: 0.4)) == .timedOut)
        #expect(try processes(with: first) == 0)
        #expect(try processes(with: second) == 0)
    }

    @Test(
        "Memory is counted over everything that the process has started",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func memoryLimit() {
        let script =
            "(\(ProjectPython.executable) -c 'import time; block = b\"1\" * (96 << 20); time.sleep(100)') & wait"
        #expect(failure(script, FailurePolicy(memoryLimitBytes: 64 << 20)) == .outOfMemory)
    }

    @Test("A stop kills it")
    func cancelled() {
        let cancellation = CancellationFlag()
        cancellation.set()
        #expect(throws: PipelineError.cancelled) { try run("sleep 100", FailurePolicy(), cancellation) }
    }
}
