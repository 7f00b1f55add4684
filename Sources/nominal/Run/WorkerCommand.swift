import ArgumentParser
import Console
import ContentStore
import Foundation
import Jobs
import Pipeline

/// Executes tasks for `run`, on this machine or on a cluster. It is internal, so help does not list it.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Compute the tasks of a specification file.",
        discussion: """
            Started by nominal run for one task, or by a cluster for an element of an array: a few
            tasks, computed in sequence. Reads the specification and blobs of the store, adds blobs,
            and writes to the folder that the specification names. Never opens the database.

            NOMINAL_NODE_CACHE=FOLDER caches blobs on a disk of the node, up to
            NOMINAL_NODE_CACHE_BYTES (10 GiB).

            Example:
              nominal worker .nominal/attempts/7/array-1/0/spec.json
            """,
        shouldDisplay: false)

    @Flag(help: "Compute in this process instead of supervising a child process.")
    var pull = false

    @Argument(help: "With --pull, a folder for unfinished files; then the specification.")
    var files: [String]

    func run() throws {
        try failing {
            guard let specification = files.last, files.count == (pull ? 2 : 1) else {
                throw ValidationError("expected \(pull ? "a folder and a specification" : "a specification")")
            }
            if pull {
                let cache = try NodeCache.fromEnvironment(ProcessInfo.processInfo.environment)
                let spec = try ElementSpec.read(specification)
                guard spec.version == ElementSpec.currentVersion else {
                    throw AttemptFailure(
                        .refused,
                        "the specification has version \(spec.version), expected \(ElementSpec.currentVersion)")
                }
                return try ElementWorker(spec, own: files[0], versions: RunSession.versions, cache: cache)
                    .run(Job.stages)
            }
            let supervisor = try ElementSupervisor(specification, .worker)
            try Interruption().start("stopping: received a signal") { supervisor.cancel() }
            try supervisor.run()
        }
    }
}
