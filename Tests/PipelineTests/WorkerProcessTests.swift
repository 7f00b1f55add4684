import ContentStore
import Foundation
import Host
import PipelineTestSupport
import PythonTestSupport
import Testing

@testable import Pipeline

/// Worker processes for one attempt each; shell scripts stand in for the worker.
@Suite("Worker processes")
struct WorkerProcessTests {
    private let fixture: ExecutorFixture

    init() throws { fixture = try ExecutorFixture() }

    /// Runs a task with a shell script as its worker.
    private func run(
        _ script: String, _ policy: FailurePolicy = FailurePolicy(), program: String = "/bin/sh"
    ) throws -> ExecutionSummary {
        var options = ExecutorOptions(jobs: 1)
        options.policy = policy
        options.policy.retries = [:]
        options.worker = WorkerProgram(path: program, arguments: ["-c", script], version: "1")
        return try Executor(store: fixture.store, options: options).run(TaskGraph([GraphFixture.task("t")]))
    }

    private func failure(_ script: String, _ policy: FailurePolicy = FailurePolicy()) throws -> String? {
        #expect(try run(script, policy).failed == 1)
        return try fixture.store.jobs(ofTask: "t").last?.failure
    }

    /// A worker's record in a file that a script can copy. The script gets the folder of the attempt as $0.
    private func leave(_ record: WorkerRecord) throws -> String {
        try fixture.folder.write(String(decoding: try record.encoded(), as: UTF8.self), to: "mine.json")
        return "cp \(fixture.folder.path)/mine.json $0/../0.json"
    }

    private var key: String {
        ActionResolver.key(GraphFixture.task("t"), inputs: [], keyParts: []).digest.hex
    }

    /// The number of processes with `word` among their arguments.
    private func processes(with word: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.count { number in
            let words = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
            return words.split(separator: "\0").contains { $0 == word }
        }
    }

    @Test("An end without a record, an end by a signal and a record are distinguished")
    func ends() throws {
        #expect(try failure("exit 3") == "lost")
        #expect(try failure("kill -9 $$") == "killed")
        let digest = try fixture.store.put(bytes: Array("x".utf8))
        var record = WorkerRecord(key: key, attempt: 3)
        (record.warnings, record.log, record.peakMiB) = (["w"], "l", 7)
        record.outputs = [WorkerRecord.Output(name: "out", digest: digest.hex, sizeBytes: 1)]
        let summary = try run(try leave(record))
        #expect(summary.isSuccess && summary.warnings.map(\.text) == ["w"])
        #expect(try fixture.store.jobs(ofTask: "t").last?.log == "l")
        #expect(try fixture.text(summary, "t") == "x")
    }

    @Test("A record of another attempt is ignored")
    func otherRecord() throws { #expect(try failure(try leave(WorkerRecord(key: key, attempt: 2))) == "lost") }

    @Test("A missing program is refused")
    func refused() throws {
        let summary = try run("", program: "/nowhere/nominal")
        #expect(summary.failures.first?.message.contains("/nowhere/nominal") == true)
        #expect(try fixture.store.jobs(ofTask: "t").last?.failure == "refused")
    }

    @Test("The time limit kills the process and its descendants, including other sessions")
    func timeLimit() throws {
        let (first, second) = ("300.0\(getpid())", "301.0\(getpid())")
        let script = "sleep \(first) & setsid sleep \(second) & sleep \(first)"
        #expect(try failure(script, FailurePolicy(timeLimitSeconds: 0.4)) == "timedOut")
        #expect(try processes(with: first) == 0)
        #expect(try processes(with: second) == 0)
    }

    @Test(
        "The memory limit covers the process and its descendants",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func memoryLimit() throws {
        let script =
            "(\(ProjectPython.executable) -c 'import time; block = b\"1\" * (96 << 20); time.sleep(100)') & wait"
        #expect(try failure(script, FailurePolicy(memoryLimitBytes: 64 << 20)) == "outOfMemory")
    }

    @Test("A stop kills the process")
    func cancelled() throws {
        var options = ExecutorOptions(jobs: 1)
        options.worker = WorkerProgram(path: "/bin/sh", arguments: ["-c", "sleep 100"], version: "1")
        let observer = RecordingObserver()
        let executor = Executor(store: fixture.store, options: options, observer: observer)
        try ThreadTeam.start(named: "canceller") {
            while observer.started.isEmpty { usleep(1_000) }
            executor.cancel()
        }
        let summary = try executor.run(TaskGraph([GraphFixture.task("t")]))
        #expect(summary.isCancelled && summary.durationSeconds < 50)
        #expect(try fixture.store.jobs(ofTask: "t").map(\.status) == ["cancelled"])
    }
}
