import ArgumentParser
import ContentStore
import Foundation
import Manifests
import Pipeline
import Stages

/// What `run` starts for each task of a job that is isolated or limited. Not for people, so it is not listed.
struct WorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Computes one attempt at one task, as a specification file says, and leaves a record.",
        discussion: """
            Started by nominal run. It reads blobs of the store, never opens its database, and
            writes to the folder of the attempt only.
            """,
        shouldDisplay: false)

    @Option(help: "What the job is: its manifest and the digests of its files.")
    var job: String

    @Argument(help: "The specification of the attempt.")
    var specification: String

    func run() throws {
        try failing {
            let spec = try JSONDecoder().decode(WorkerSpec.self, from: Data(try AtomicFile.read(specification)))
            guard spec.version == WorkerSpec.currentVersion else {
                throw TrialFailure(
                    text: "the specification has version \(spec.version), expected \(WorkerSpec.currentVersion)")
            }
            let description = try JSONDecoder().decode(WorkerJob.self, from: Data(try AtomicFile.read(job)))
            try Worker.run(spec, keyParts: Job.keyParts) { name in
                let graph = try description.job().graph
                guard let index = graph.index(of: TaskID(name)) else {
                    throw AttemptFailure(
                        .refused, "The job has no task \(name) any more; run again with what it is now.")
                }
                return graph.tasks[index]
            }
        }
    }
}
