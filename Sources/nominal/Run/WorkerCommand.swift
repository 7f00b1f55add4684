import ArgumentParser
import Console
import ContentStore
import Foundation
import Manifests
import Pipeline
import Stages

/// What is started where tasks are computed, by `run` or by a cluster. Not for people, so it is not listed.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Computes what a specification file says, and leaves records.",
        discussion: """
            Started by nominal run, for one attempt at a task (with --job), or by a cluster, for
            an element of an array: a few tasks, one after the other. It reads blobs of the
            store and adds some, never opens its database, and writes to the folder that the
            specification names.

            NOMINAL_NODE_CACHE=FOLDER keeps copies of what an element reads on a disk of the
            node, up to NOMINAL_NODE_CACHE_BYTES (10 GiB).
            """,
        shouldDisplay: false)

    @Option(help: "What the job is: its manifest and the digests of its files.")
    var job: String?

    @Option(help: "Compute the element in this process, with this folder for what is not finished.")
    var pull: String?

    @Argument(help: "The specification of the attempt, or of the element.")
    var specification: String

    func run() throws {
        try failing {
            if let job { return try attempt(job) }
            if let pull { return try element(in: pull) }
            let supervisor = try ElementSupervisor(
                specification, program: WorkerJob.program, arguments: ["worker", "--pull"])
            try Interruption().start("ended from outside") { supervisor.cancel() }
            try supervisor.run(version: NominalVersion.current)
        }
    }

    private func attempt(_ job: String) throws {
        let spec = try StrictJSON.decode(
            WorkerSpec.self, from: try AtomicFile.read(specification), file: specification)
        guard spec.version == WorkerSpec.currentVersion else {
            throw AttemptFailure(
                .refused, "the specification has version \(spec.version), expected \(WorkerSpec.currentVersion)")
        }
        let tasks = try WorkerTasks(job)
        try Worker.run(spec, keyParts: Job.keyParts, task: tasks.task)
    }

    private func element(in folder: String) throws {
        let spec = try ElementSpec.read(specification)
        let cache = try NodeCache.fromEnvironment(ProcessInfo.processInfo.environment)
        let tasks = try WorkerTasks(spec.job)
        try ElementWorker(spec, own: folder, versions: RunSession.versions, cache: cache)
            .run(keyParts: Job.keyParts, find: tasks.task)
    }
}

/// The tasks of a job, made when the first of them is asked for.
private final class WorkerTasks {
    private let description: WorkerJob
    private var graph: TaskGraph?

    init(_ file: String) throws {
        description = try StrictJSON.decode(WorkerJob.self, from: try AtomicFile.read(file), file: file)
    }

    func task(_ name: String) throws -> PipelineTask {
        let graph = try graph ?? description.job().graph
        self.graph = graph
        guard let index = graph.index(of: TaskID(name)) else {
            throw AttemptFailure(.refused, "The job has no task \(name) any more; run again with what it is now.")
        }
        return graph.tasks[index]
    }
}
