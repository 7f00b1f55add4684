import Pipeline
import Stages

extension GraphAssembler {
    /// Adds the tasks that train a segmentation network beside an autoencoder, on the last of the autoencoder's shards.
    ///
    /// - Parameter share: the share of its shards.
    mutating func addSegmentation(
        _ name: String, _ settings: SegmentationSettings, share: Double, _ recipe: TrainingRecipe, _ inputs: FitInputs
    ) -> TaskID {
        guard let autoencoder = inputs.checkpoints.last else { fatalError("a segmentation without an autoencoder") }
        let count = inputs.corruptions.count
        let shards = (count - max(1, Int((share * Double(count)).rounded())))..<count
        var training = recipe.training
        training.steps = shards.reduce(0) { $0 + recipe.training.steps(ofShard: $1).count }
        training.warmupSteps = min(training.warmupSteps, training.steps / 2)
        training.lambda = 0.5
        let stage = TrainSegmentationStage(
            network: recipe.network, segmentation: settings, samples: recipe.networkSamples,
            training: OptimiserSettings(training), engine: recipe.engine)
        var checkpoint = inputs.segmentation.map { [$0] } ?? []
        for (number, shard) in shards.enumerated() {
            let digits = "\(number)"
            let trained = add(
                "\(name)/segment/\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)", stage,
                inputs: [
                    inputs.training, inputs.normalization, inputs.colour,
                    TaskInput("corruptions", inputs.corruptions[shard], "corruptions"),
                    TaskInput("autoencoder", autoencoder, "checkpoint"),
                ] + checkpoint, resources: .wholeMachine, isIntermediate: true)
            checkpoint = [TaskInput("checkpoint", trained, "checkpoint")]
        }
        return add(
            "\(name)/segmentation",
            FitSegmentationStage(network: recipe.network, reduction: recipe.reduction, segmentation: settings),
            inputs: checkpoint + [TaskInput("autoencoder", autoencoder, "checkpoint"), inputs.normalization])
    }
}
