import ContentStore
import Pipeline
import Stages

/// The part of a job's graph that shows what its networks are trained on, without training any.
package struct Preview: Sendable {
    package let graph: TaskGraph
    /// The cases of the job, each with the task that draws its samples; cases that train on the same ones share it.
    private let pictures: [(name: String, task: TaskID)]

    /// - Parameter samples: how many to show of each case, at least 1; fewer where training sees fewer.
    package init(_ job: Job, samples: Int) throws {
        var assembler = GraphAssembler()
        var needed: [TaskID] = []
        pictures = job.cases.map { item in
            let training = item.recipe.training
            let samplesPerShard = training.stepsPerShard * training.batchSize
            let corruptions = item.corruptions.prefix((samples + samplesPerShard - 1) / samplesPerShard)
            needed += [item.select] + corruptions
            let inputs = corruptions.enumerated().map {
                TaskInput("corruptions.\($0.offset)", $0.element, "corruptions")
            }
            let task = assembler.add(
                "\(item.name)/preview",
                PreviewStage(samples: item.recipe.samples, noise: training.noise, count: samples),
                inputs: [
                    TaskInput("training", item.select, "training.json"),
                    TaskInput("colour", item.select, "colour.json"),
                ] + inputs)
            return (item.name, task)
        }
        graph = try TaskGraph(job.graph.part(neededFor: needed) + assembler.tasks)
    }

    /// A picture for each case, called after it.
    package func exports(_ summary: ExecutionSummary) -> ExportPlan {
        ExportPlan(
            files: pictures.compactMap { picture in
                summary.output(of: picture.task, named: "preview.png").map {
                    ExportPlan.File(path: picture.name + ".png", digest: $0)
                }
            })
    }
}
