import ContentStore
import Foundation
import Manifests
import Pipeline
import Slurm
import Stages

/// A job as worker processes get it: the manifest as it was when the run began, and its files by their digests.
struct WorkerJob: Codable {
    private let manifestFile: String
    private let manifest: String
    private let files: [String: String]

    init(_ manifestFile: String, paths: [String], digests: [Digest]) throws {
        self.manifestFile = URL(filePath: manifestFile).path
        manifest = String(decoding: try AtomicFile.read(manifestFile), as: UTF8.self)
        files = Dictionary(zip(paths, digests.map(\.hex))) { first, _ in first }
    }

    /// The same graph as in the process that started the worker.
    func job() throws -> Job {
        try Job(try JobManifest.parse(bytes: Array(manifest.utf8), file: manifestFile)) { paths in
            try paths.map { path in
                guard let digest = files[path] else {
                    throw AttemptFailure(.refused, "\(path) has come to the data set since the run began; run again.")
                }
                return try Digest(hex: digest)
            }
        }
    }

    /// How Slurm is to compute the tasks.
    func cluster(_ section: RunnerSection) throws -> ClusterOptions {
        let settings = SlurmSettings(
            partition: section.partition, account: section.account, timeMinutes: section.timeMinutes,
            memoryMiB: section.memoryMiB, options: section.options)
        var options = ClusterOptions(
            queue: SlurmQueue(settings, worker: [Self.program, "worker"]), job: Array(try JSONEncoder().encode(self)),
            version: NominalVersion.current, cores: section.cpus)
        options.elementSeconds = section.elementSeconds
        options.elementLimit = section.elements
        options.elementLimitSeconds = section.timeMinutes.map { Double($0) * 60 }
        return options
    }

    /// Writes the description for the workers of a run, and says how to start them. `path` is to be removed after the run.
    func workers(describedAt path: String) throws -> WorkerProcess {
        try AtomicFile.writePrivate(Array(try JSONEncoder().encode(self)), to: path)
        return WorkerProcess(program: Self.program, arguments: ["worker", "--job", URL(filePath: path).path])
    }

    /// The path of this program.
    static var program: String { URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path }
}
