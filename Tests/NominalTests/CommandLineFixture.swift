import ContentStore
import Foundation
import Host
import Imaging
import PipelineTestSupport
import PythonTestSupport
import Testing

/// A folder to run the built programs in.
final class CommandLineFixture: Sendable {
    /// The result of a finished program.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The folder with this file, which has the fixtures.
    static let sources = URL(filePath: #filePath).deletingLastPathComponent()

    /// The folder of the built programs, which has the tests too.
    private static let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    static let program = programs.appending(path: "nominal")

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path }

    func place(_ name: String) -> String { name.isEmpty ? path : path + "/" + name }

    /// Edits the store in the usual place, as someone would who covers their tracks. Needs `ProjectPython`.
    func sql(_ statement: String) throws {
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
        _ = try ProjectPython.output(of: ["-c", script, place(".nominal/store.sqlite"), statement])
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: place(name)) }

    func text(_ name: String) throws -> String { String(decoding: try AtomicFile.read(place(name)), as: UTF8.self) }

    func bytes(_ name: String) throws -> [UInt8] { try AtomicFile.read(place(name)) }

    func write(_ bytes: [UInt8], to name: String) throws {
        try FileManager.default.createDirectory(
            atPath: (place(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: place(name)))
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: place(name)) }

    /// Writes an image of one grey level.
    func writeImage(_ grey: Float, width: Int, height: Int, to name: String) throws {
        try write(
            try PNGEncoder.encode(PlanarImage(width: width, height: height, channels: 1, repeating: grey)), to: name)
    }

    // MARK: Running

    @discardableResult
    func nominal(_ arguments: String...) throws -> Outcome {
        try finish(try start(arguments: arguments))
    }

    /// Runs the program with changes to the environment.
    func nominal(environment: [String: String], _ arguments: String...) throws -> Outcome {
        try finish(try start(CommandLineFixture.program.path, arguments, environment))
    }

    func nominal(environment: [String: String], _ arguments: [String]) throws -> Outcome {
        try finish(try start(CommandLineFixture.program.path, arguments, environment))
    }

    /// Runs the benchmarks.
    func bench(_ arguments: String...) throws -> Outcome {
        try finish(try start(CommandLineFixture.programs.appending(path: "nominal-bench").path, arguments))
    }

    /// Runs the program that fuzzes parsers.
    func fuzz(_ arguments: String...) throws -> Outcome {
        try finish(try start(CommandLineFixture.programs.appending(path: "fuzz").path, arguments))
    }

    /// Runs another program from the search path.
    func tool(_ arguments: String...) throws -> Outcome { try finish(try start("/usr/bin/env", arguments)) }

    func start(_ arguments: String...) throws -> RunningProgram { try start(arguments: arguments) }

    func start(arguments: [String]) throws -> RunningProgram { try start(CommandLineFixture.program.path, arguments) }

    func finish(_ program: RunningProgram) throws -> Outcome {
        program.process.waitUntilExit()
        return Outcome(
            status: program.process.terminationStatus, output: try program.text(program.output),
            errors: try program.text(program.errors))
    }

    private func start(
        _ executable: String, _ arguments: [String], _ changes: [String: String] = [:]
    ) throws -> RunningProgram {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: path)
        var environment = ProcessInfo.processInfo.environment
        // The tests may have been started by make.
        for name in ["NOMINAL_STORE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"] { environment[name] = nil }
        process.environment = environment.merging(changes) { $1 }
        let logs = try TemporaryFolder()
        let output = try logs.write("", to: "output"), errors = try logs.write("", to: "errors")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        try process.run()
        return RunningProgram(process: process, output: output, errors: errors, logs: logs)
    }

    // MARK: Jobs

    /// The output of `demo-data`, shared by all tests.
    private static let demoData = Result {
        let fixture = try CommandLineFixture()
        try fixture.nominal(
            "demo-data", "data", "--size", "64", "--train", "6", "--test-good", "2", "--test-defect", "1")
        return fixture
    }

    /// Copies a data set to `data`: three materials in the MVTec layout, 64 pixels wide, each with six training images,
    /// two normal test images and five with a defect.
    func writeDemoData() throws {
        let source = try CommandLineFixture.demoData.get()
        try FileManager.default.copyItem(atPath: source.place("data"), toPath: place("data"))
    }

    /// Writes `NAME.json`; `dataset` and `training` are additional members of these sections.
    func writeManifest(
        _ name: String = "tiny", categories: [String] = ["wood", "woven_cloth"], dataset: String = "",
        steps: Int = 6, stepsPerShard: Int = 2, training: String = ""
    ) throws {
        let names = categories.map { "\"\($0)\"" }.joined(separator: ", ")
        try write(
            """
            {
              "name": "\(name)",
              "dataset": { "layout": "mvtec", "root": "data", "categories": [\(names)]\(dataset) },
              "image": { "width": 32, "height": 32 },
              "network": { "baseWidth": 4 },
              "training": {
                "steps": \(steps), "batchSize": 2, "warmupSteps": 1, "stepsPerShard": \(stepsPerShard)\(training)
              }
            }
            """, to: name + ".json")
    }

    /// Writes a bundle with one result of 100 kB.
    func writeBundle(_ name: String) throws {
        let store = try ContentStore(path: place("source"))
        let execution = try store.beginExecution(command: "made", versions: "")
        let key = ActionKey(stage: "stage", version: 1, parts: [KeyPart("text", .text("a"))])
        let attempt = try store.beginAttempt(key, execution: execution, task: nil)
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * $0) }
        let result = ActionResult(
            outputs: [ActionOutput(name: "out", digest: try store.put(bytes: bytes), sizeBytes: bytes.count)])
        try store.commit(
            JobRecord(
                key: key, attempt: attempt, task: "made", outcome: .succeeded(result), startedAt: 1, durationSeconds: 1),
            execution: execution)
        try store.endExecution(execution, outcome: .succeeded)
        _ = try store.export(try store.subject("made"), to: place(name))
    }

    // MARK: Files

    /// Returns the path of the largest blob of a store, relative to this folder.
    func largestBlob(in store: String) throws -> String {
        let objects = store + "/objects"
        let sizes = try files(below: objects).map { name in
            (try FileManager.default.attributesOfItem(atPath: place("\(objects)/\(name)"))[.size] as? Int ?? 0, name)
        }
        guard let largest = sizes.max(by: { $0 < $1 }) else { throw StageFailure(message: "\(store) has no blob") }
        return "\(objects)/\(largest.1)"
    }

    /// Flips one bit of the largest blob of a store.
    func damageBlob(in store: String) throws {
        let blob = try largestBlob(in: store)
        var content = try bytes(blob)
        content[content.count / 2] ^= 4
        try remove(blob)
        try write(content, to: blob)
    }

    /// Returns the sorted paths of all files below a folder, relative to it.
    func files(below name: String = "") -> [String] {
        let root = place(name)
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return names.filter {
            var isFolder: ObjCBool = false
            return unsafe FileManager.default.fileExists(atPath: root + "/" + $0, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    /// Returns inode and modification time of all files below a folder, which differ after a file is written again.
    func signatures(below name: String) throws -> [String: String] {
        var signatures: [String: String] = [:]
        for file in files(below: name) {
            let facts = try FileManager.default.attributesOfItem(atPath: place(name) + "/" + file)
            let modified = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            signatures[file] = "\(facts[.systemFileNumber] ?? 0) \(modified)"
        }
        return signatures
    }
}

/// A running program whose output goes to files.
struct RunningProgram {
    let process: Process
    let output, errors: String
    /// Keeps the folder of these files.
    let logs: TemporaryFolder

    func text(_ file: String) throws -> String { String(decoding: try AtomicFile.read(file), as: UTF8.self) }

    /// Waits until the program has written `words` to standard error or to another file. Returns false if it ended
    /// first, or if it did not write them for so long that it hangs.
    func waits(for words: String, in file: String? = nil, seconds: Double = 300) throws -> Bool {
        let end = HostClock.monotonicSeconds() + seconds
        while process.isRunning {
            if try text(file ?? errors).contains(words) { return true }
            guard HostClock.monotonicSeconds() < end else {
                process.terminate()
                Issue.record("\(words) was not written in \(seconds) s")
                return false
            }
            usleep(2_000)
        }
        return false
    }
}
