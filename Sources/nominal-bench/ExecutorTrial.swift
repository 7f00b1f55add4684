import ContentStore
import Foundation
import Host
import Pipeline

/// A graph of many small tasks on a folder of files: each reads one file and writes one, and one task reads all of
/// those. What a run of it takes is the overhead of the executor.
struct ExecutorTrial {
    /// What one run did.
    struct Outcome: Codable {
        var tasksRun: Int
        var tasksCached: Int
        var transactions: Int
        var peakMiB: Int?
    }

    let folder: String
    let tasks: Int

    /// A folder of this process, not made yet, where the user wants it, else where temporary files go.
    static func scratchFolder(in parent: String?) -> String {
        let parent = parent ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        return "\(parent)/nominal-bench-\(ProcessInfo.processInfo.processIdentifier)"
    }

    private var paths: [String] { (0..<tasks).map { "\(folder)/files/\($0 / 1000)/\($0)" } }

    /// Writes the files, each with a content of its own.
    func writeFiles() throws {
        for (index, path) in paths.enumerated() {
            if index % 1000 == 0 { try AtomicFile.createFolder((path as NSString).deletingLastPathComponent) }
            try AtomicFile.writePrivate(Array("file \(index)\n".utf8), to: path)
        }
    }

    /// Gives one of the files another content.
    func change(file index: Int, round: Int) throws {
        try AtomicFile.writePrivate(Array("file \(index), changed \(round)\n".utf8), to: paths[index])
    }

    /// Fills the store with results that no task asks for: `count` blobs, a thousand to an action. They are not
    /// flushed, as they are there only to be in the way.
    func fill(blobs count: Int) throws {
        let store = try ContentStore(path: folder + "/store")
        let execution = try store.beginExecution(command: "fill", versions: "")
        for start in stride(from: 0, to: count, by: 1000) {
            let references = try (start..<min(start + 1000, count)).map { index in
                let bytes = Array("blob \(index)".utf8)
                let digest = Digest.of(bytes)
                try AtomicFile.writePrivate(bytes, to: store.objectPath(digest))
                return digest
            }
            try store.commitUnclaimed(
                ActionKey(stage: "fill", version: 1, parts: [KeyPart("start", .integer(start))]),
                ActionResult(outputs: [], references: references), task: "fill", startedAt: 1, durationSeconds: 0,
                execution: execution)
        }
        try store.endExecution(execution, outcome: .succeeded)
    }

    /// One run, as `nominal run` does it: files are looked at, keys made, results looked up, and what is missing is
    /// run.
    ///
    /// - Parameter cluster: where to compute; nil for on threads.
    func run(jobs: Int, verifiesContent: Bool, cluster: ClusterOptions? = nil) throws -> Outcome {
        let store = try ContentStore(path: folder + "/store")
        let paths = paths
        let digests = try store.sourceDigests(paths: paths, threads: jobs, verifyContent: verifiesContent)
        let copies = zip(paths, digests).enumerated().map { index, file in
            PipelineTask(
                id: TaskID("copy/\(index)"), stage: CopyFile(source: file.1), inputs: [],
                sources: ["file": FileLocation(path: file.0, folder: nil)])
        }
        let inputs = copies.map { TaskInput(name: $0.id.path, source: .output($0.id, "out")) }
        let graph = try TaskGraph(copies + [PipelineTask(id: TaskID("join"), stage: JoinFiles(), inputs: inputs)])
        let summary = try Executor(store: store, options: ExecutorOptions(jobs: jobs, command: "bench"))
            .run(graph, cluster: cluster)
        if let failure = summary.failures.first { throw TrialFailure(text: "\(failure.task): \(failure.message)") }
        return Outcome(
            tasksRun: summary.run, tasksCached: summary.cached, transactions: store.transactionCount,
            peakMiB: ProcessResources.peakMiB)
    }
}

/// Why a trial ended early.
struct TrialFailure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}

struct CopyFile: Stage {
    static let name = "bench.copy"
    static let version = 1
    let source: Digest
    var outputs: [String] { ["out"] }

    func run(_ context: TaskContext) throws {
        try AtomicFile.writePrivate(AtomicFile.read(context.source("file").path), to: context.outputPath("out"))
    }
}

struct JoinFiles: Stage {
    static let name = "bench.join"
    static let version = 1
    var outputs: [String] { ["out"] }

    func run(_ context: TaskContext) throws {
        var all: [UInt8] = []
        for name in context.inputNames { all += try AtomicFile.read(context.inputPath(name)) }
        try AtomicFile.writePrivate(all, to: context.outputPath("out"))
    }
}
