import AnomalyDetection
import BinaryCoding
import ContentStore
import NeuralNetworks
import Pipeline

/// One training shard: a fixed number of optimiser steps from one checkpoint to the next.
struct TrainStage: Stage {
    static let name = "train"
    static let version = 3

    var recipe: TrainingRecipe
    var shard: Int
    var images: TrainingImageShelf
    var engines: EngineShelf
    var meter: InputMeter

    let outputs = ["checkpoint"]

    /// The schedule's length is a part, as the learning rate of a step depends on it.
    var parameters: [KeyPart] {
        recipe.networkKeyParts + recipe.optimiserKeyParts + recipe.engine.keyParts + recipe.sampleKeyParts
    }

    func run(_ context: TaskContext) throws {
        let recipe = try recipe.fitted(to: context)
        let images = try images.images("training", context, recipe.grid)
        let corruptions = try CorruptionShard(
            bytes: try context.read("corruptions"), name: "\(context.task) corruptions")
        let normalization = try context.readJSON(PixelNormalization.self, "normalization")
        let network = recipe.architecture.description(baseWidth: recipe.baseWidth)
        let checkpoint =
            if context.hasInput("checkpoint") {
                try Checkpoint(bytes: try context.read("checkpoint"), name: "\(context.task) checkpoint")
            } else {
                Trainer.start(network, seed: recipe.training.seed)
            }
        let (trained, timing) = try engines.withEngine(.training(recipe, threads: context.threads)) { engine in
            let trainer = Trainer(
                engine: engine, images: images, augmentation: recipe.augmentation, parameters: recipe.training,
                normalization: normalization)
            let steps = recipe.training.steps(ofShard: shard)
            guard corruptions.samples.count == steps.count * recipe.training.batchSize else {
                throw FormatError.damaged(
                    "\(context.task) corruptions", at: 0,
                    what: "\(corruptions.samples.count) samples for \(steps.count) steps of "
                        + "\(recipe.training.batchSize)")
            }
            return try trainer.run(from: checkpoint, shard: corruptions) { done, loss in
                try context.checkCancellation()
                try images.requireReadable()
                context.progress(
                    done, of: steps.count, unit: "steps",
                    note:
                        "step \(steps.lowerBound + done) of \(recipe.training.steps), loss \(Trainer.readable(loss.total))"
                )
            }
        }
        try images.requireReadable()
        meter.add(timing)
        let share = (timing.waitingShare * 1000).rounded() / 10
        context.log(
            "\(timing.steps) steps in \(timing.totalSeconds) s, \(share) % of it waiting for input")
        try context.write(trained.bytes, to: "checkpoint")
    }
}

extension Trainer {
    /// Three significant digits.
    static func readable(_ loss: Double) -> String {
        guard loss > 0, loss.isFinite else { return "\(loss)" }
        var value = loss, exponent = 0
        while value < 1 { (value, exponent) = (value * 10, exponent - 1) }
        while value >= 10 { (value, exponent) = (value / 10, exponent + 1) }
        let digits = (value * 100).rounded() / 100
        return exponent == 0 ? "\(digits)" : "\(digits)e\(exponent)"
    }
}
