import ContentStore
import Foundation
import PipelineTestSupport
import Testing

@testable import Pipeline

/// An element supervisor whose workers are shell scripts.
@Suite("Element supervisors")
struct ElementSupervisorTests {
    private let folder: TemporaryFolder
    private var element: ElementFolder { ElementFolder(folder.path + "/array/0") }

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/array/0", withIntermediateDirectories: true)
    }

    private func run(
        _ script: String, tasks: Int = 2, seconds: Double? = nil, bytes: Int? = nil, program: String = "1",
        free: Int = 1
    ) throws {
        var spec = ElementSpec(
            program: program, store: folder.path, folder: element.path, threads: 1,
            tasks: try (0..<tasks).map {
                let task = GraphFixture.task("t\($0)")
                let key = ActionResolver.key(task, inputs: [], keyParts: [])
                return try TaskRecord(task, key: key, attempt: Attempt(action: key.digest, number: 1))
            })
        (spec.timeLimitSeconds, spec.memoryLimitBytes) = (seconds, bytes)
        spec.requiredFreeBytes = free
        let file = element.path + "/" + ElementSpec.fileName
        try JSONEncoder().encode(spec).write(to: URL(filePath: file))
        // The script gets its folder as $0.
        let shell = WorkerProgram(path: "/bin/sh", arguments: ["-c", script], version: "1")
        try ElementSupervisor(file, shell).run()
    }

    private func record(_ task: Int) throws -> WorkerRecord {
        try JSONDecoder().decode(
            WorkerRecord.self, from: Data(try AtomicFile.read("\(element.path)/\(ElementSpec.recordName(task))")))
    }

    private var refusal: String? { text(of: ElementSpec.refusalName) }

    private func text(of name: String) -> String? {
        (try? AtomicFile.read(element.path + "/" + name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A shell command that reports the start of a task, as workers do.
    private func begin(_ task: Int) -> String { "echo '{\"task\":\(task)}';" }

    @Test("If a worker dies during a task, its supervisor records a failure and the next task runs")
    func death() throws {
        try run("if [ -e $0/../0.json ]; then \(begin(1)) exit 3; else \(begin(0)) kill -9 $$; fi")
        #expect(try record(0).failure == .killed)
        #expect(try record(1).failure == .lost)
        #expect(try record(1).message == "The worker process ended with 3 and left no record.")
        #expect(try element.names() == ["0.json", "1.json", "spec.json"])
    }

    @Test("A task that exceeds its time limit is killed with its descendants")
    func timeLimit() throws {
        let mark = "300.\(getpid())"
        try run("\(begin(0)) sleep \(mark) & sleep \(mark)", tasks: 1, seconds: 0.3)
        #expect(try record(0).failure == .timedOut)
        let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { number in
            ((try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? "").contains(mark)
        }
        #expect(left.isEmpty)
    }

    @Test("A worker that fails before any task is a refusal and is not restarted")
    func refusalOfWorker() throws {
        try run("exit 7")
        #expect(refusal == "The worker process ended with 7 and left no record.")
        #expect(try !element.names().contains("0.json"))
    }

    @Test("Another program version refuses the element")
    func version() throws {
        try run("exit 0", program: "2")
        let text = try #require(refusal)
        #expect(text.contains("has Nominal 1, but the run uses 2: install the same version on all nodes."))
    }

    @Test("Without free space no task begins")
    func space() throws {
        try run("exit 0", free: .max)
        #expect(text(of: ElementSpec.shortageName)?.contains("MiB of free space, but needs") == true)
        #expect(refusal == nil)
    }

    @Test("A cancelled array does not begin")
    func cancelled() throws {
        try ElementFolder(folder.path + "/array").mark(ElementSpec.cancelledName)
        try run("touch \(folder.path)/begun")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/begun"))
    }

    @Test("The submitter can read the progress of a task")
    func progress() throws {
        let line = "{\"task\":0,\"progress\":{\"completed\":3,\"total\":9,\"unit\":\"steps\"}}"
        try run("echo '\(line)'; exit 1", tasks: 1)
        let report = try JSONDecoder().decode(
            ElementReport.self, from: Data(try AtomicFile.read(element.path + "/" + ElementReport.fileName)))
        #expect(report.progress?.completed == 3)
    }

    @Test("An invalid specification is an error")
    func hostile() throws {
        let nothing = WorkerProgram(path: "", arguments: [], version: "1")
        for text in ["", "{}", "[]", "{\"version\":1}", "null", "\u{0}"] {
            let file = folder.path + "/spec"
            try Data(text.utf8).write(to: URL(filePath: file))
            #expect(throws: (any Error).self) { try ElementSupervisor(file, nothing) }
        }
        #expect(throws: StoreError.self) { try ElementSupervisor(folder.path + "/none", nothing) }
    }
}
