import Pipeline
import Stages

/// The inputs of a chain of training tasks.
package struct TrainingInputs {
    package var training, normalization: TaskInput
    /// The output that states if the data set is grey.
    package var colour: TaskInput
    package var textures: TaskInput?
    /// The checkpoint to continue from; nil for new weights.
    package var checkpoint: TaskInput?

    package init(
        training: TaskInput, normalization: TaskInput, colour: TaskInput, textures: TaskInput? = nil,
        checkpoint: TaskInput? = nil
    ) {
        (self.training, self.normalization, self.colour) = (training, normalization, colour)
        (self.textures, self.checkpoint) = (textures, checkpoint)
    }
}

extension GraphAssembler {
    /// Adds the tasks of a training: for each shard, one that makes its corruptions and one that takes its steps.
    package mutating func addTraining(
        _ name: String, _ recipe: TrainingRecipe, on start: TrainingInputs
    ) -> (checkpoints: [TaskID], corruptions: [TaskID]) {
        var checkpoints: [TaskID] = []
        var allCorruptions: [TaskID] = []
        for shard in 0..<recipe.training.shardCount {
            let label = String(repeating: "0", count: max(0, 4 - "\(shard)".count)) + "\(shard)"
            var inputs = [start.training, start.colour]
            if let textures = start.textures { inputs.append(textures) }
            let corruptions = add(
                "\(name)/corrupt/\(label)", CorruptStage(recipe, shard: shard),
                inputs: inputs, isIntermediate: true)
            allCorruptions.append(corruptions)
            inputs = [
                start.training, start.normalization, start.colour, TaskInput("corruptions", corruptions, "corruptions"),
            ]
            if let last = checkpoints.last {
                inputs.append(TaskInput("checkpoint", last, "checkpoint"))
            } else if let checkpoint = start.checkpoint {
                inputs.append(checkpoint)
            }
            checkpoints.append(
                add(
                    "\(name)/train/\(label)",
                    TrainStage(recipe),
                    inputs: inputs, resources: .wholeMachine, isIntermediate: true))
        }
        return (checkpoints, allCorruptions)
    }
}

extension CorruptStage {
    /// The corruptions of one shard of a training.
    package init(_ recipe: TrainingRecipe, shard: Int) {
        let steps = recipe.training.steps(ofShard: shard)
        self.init(
            samples: recipe.networkSamples, corruption: CorruptionSettings(recipe.corruption),
            firstStep: steps.lowerBound,
            stepCount: steps.count)
    }
}

extension TrainStage {
    package init(_ recipe: TrainingRecipe) {
        self.init(
            network: recipe.network, samples: recipe.networkSamples, training: OptimiserSettings(recipe.training),
            engine: recipe.engine)
    }
}
