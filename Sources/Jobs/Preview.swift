import Pipeline
import Stages

/// The part of a job's graph that draws training samples, without training.
package struct Preview: Sendable {
    package let graph: TaskGraph
    /// The cases of the job with the tasks that draw their samples; cases with equal samples share a task.
    private let pictures: [(name: String, task: TaskID)]

    /// - Parameter samples: the number of samples per case, at least 1; fewer if training uses fewer.
    /// - Throws: `PreviewError` if no case is trained on samples.
    package init(_ job: Job, samples: Int) throws {
        guard job.cases.contains(where: { !$0.corruptions.isEmpty }) else { throw PreviewError.untrained }
        var assembler = GraphAssembler()
        var needed: [TaskID] = []
        pictures = job.cases.filter { !$0.corruptions.isEmpty }.map { item in
            let training = item.recipe.training
            let samplesPerShard = training.stepsPerShard * training.batchSize
            let corruptions = item.corruptions.prefix((samples + samplesPerShard - 1) / samplesPerShard)
            needed += [item.select] + corruptions
            let inputs = corruptions.enumerated().map {
                TaskInput("corruptions.\($0.offset)", $0.element, "corruptions")
            }
            let task = assembler.add(
                "\(item.name)/preview",
                PreviewStage(samples: item.recipe.networkSamples, noise: training.noise, count: samples),
                inputs: [
                    TaskInput("training", item.select, "training.json"),
                    TaskInput("colour", item.select, "colour.json"),
                ] + inputs)
            return (item.name, task)
        }
        graph = try TaskGraph(job.graph.part(neededFor: needed) + assembler.tasks)
    }

    /// The exports: one picture per case, named after it.
    package func exports(_ summary: ExecutionSummary) -> ExportPlan {
        ExportPlan(
            files: pictures.compactMap { picture in
                summary.output(of: picture.task, named: "preview.png").map {
                    ExportPlan.File(path: picture.name + ".png", digest: $0)
                }
            })
    }
}

/// A reason why a job has no preview.
package enum PreviewError: Error, CustomStringConvertible {
    case untrained

    package var description: String {
        "the detectors of this job are not trained on corrupted images, so there is nothing to preview; "
            + "set detector.kind to ssae, or run the job"
    }
}
