import Foundation
import Manifests
import Pipeline
import Slurm
import Stages

extension WorkerProgram {
    /// This program as a worker that executes a task specification in its own process.
    static let worker = WorkerProgram(
        path: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path, arguments: ["worker", "--pull"],
        version: NominalVersion.current)
}

extension ClusterOptions {
    /// The Slurm settings for the tasks of a run.
    init(_ section: RunnerSection) {
        let settings = SlurmSettings(
            partition: section.partition, account: section.account, timeMinutes: section.timeMinutes,
            memoryMiB: section.memoryMiB, options: section.options)
        self.init(
            queue: SlurmQueue(settings, worker: [WorkerProgram.worker.path, "worker"]),
            version: NominalVersion.current, cores: section.cpus)
        elementSeconds = section.elementSeconds
        elementLimit = section.elements
        elementLimitSeconds = section.timeMinutes.map { Double($0) * 60 }
    }
}
