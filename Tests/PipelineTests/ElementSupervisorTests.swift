import ContentStore
import Foundation
import PipelineTestSupport
import Testing

@testable import Pipeline

/// The process that looks after an element; its workers are shells here.
@Suite("Supervisors of elements")
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
        // The shell gets its folder as $0.
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

    /// Says that a task has begun, as workers do.
    private func begin(_ task: Int) -> String { "echo '{\"task\":\(task)}';" }

    @Test("A worker that dies at a task leaves a record of that by its supervisor, and the next task goes on")
    func death() throws {
        try run("if [ -e $0/../0.json ]; then \(begin(1)) exit 3; else \(begin(0)) kill -9 $$; fi")
        #expect(try record(0).failure == .killed)
        #expect(try record(1).failure == .lost)
        #expect(try record(1).message == "The worker process ended with 3 and left no record.")
        #expect(try element.names() == ["0.json", "1.json", "spec.json"])
    }

    @Test("A task that takes too long is ended with all that it has started")
    func timeLimit() throws {
        try run("\(begin(0)) sleep 300.25 & sleep 300.25", tasks: 1, seconds: 0.3)
        #expect(try record(0).failure == .timedOut)
        let left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { number in
            ((try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? "").contains("300.25")
        }
        #expect(left.isEmpty)
    }

    @Test("A worker that fails before any task is told as a refusal, and not started for ever")
    func refusalOfWorker() throws {
        try run("exit 7")
        #expect(refusal == "The worker process ended with 7 and left no record.")
        #expect(try !element.names().contains("0.json"))
    }

    @Test("Another version of the program refuses")
    func version() throws {
        try run("exit 0", program: "2")
        let text = try #require(refusal)
        #expect(text.contains("it is Nominal 1, the run was begun by 2: install the same one on all nodes."))
    }

    @Test("Without free space nothing is begun")
    func space() throws {
        try run("exit 0", free: .max)
        #expect(text(of: ElementSpec.shortageName)?.contains("of free space left") == true)
        #expect(refusal == nil)
    }

    @Test("An array that was cancelled is not begun")
    func cancelled() throws {
        try ElementFolder(folder.path + "/array").mark(ElementSpec.cancelledName)
        try run("touch \(folder.path)/begun")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/begun"))
    }

    @Test("What a task says of itself can be read by those who wait for it")
    func progress() throws {
        let line = "{\"task\":0,\"progress\":{\"completed\":3,\"total\":9,\"unit\":\"steps\"}}"
        try run("echo '\(line)'; sleep 0.2; exit 1", tasks: 1)
        let report = try JSONDecoder().decode(
            ElementReport.self, from: Data(try AtomicFile.read(element.path + "/" + ElementReport.fileName)))
        #expect(report.progress?.completed == 3)
    }

    @Test("A specification that is none is an error")
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
