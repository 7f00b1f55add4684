import AnomalyDetection
import BinaryCoding
import NeuralNetworks
import Pipeline
import Wording

/// One training shard of a network: a fixed number of optimiser steps from one checkpoint to the next.
struct ShardTraining {
    var network: NetworkDescription
    var input: NetworkInput
    var samples: SampleSettings
    var training: OptimiserSettings
    var engine: EngineChoice

    /// Trains on the input `corruptions`, from the input `checkpoint` or from new weights. Writes `checkpoint`.
    ///
    /// - Parameter autoencoder: the network whose reconstructions a segmentation network sees; nil to train an
    ///   autoencoder.
    func run(_ context: TaskContext, beside autoencoder: NetworkEngine? = nil) throws {
        let augmentation = try samples.augmentation(for: context)
        let images = try context.shared(TrainingImageCache.self).images("training", context, samples.grid)
        let corruptions = try CorruptionShard(
            bytes: try context.read("corruptions"), name: "\(context.task) corruptions")
        let normalization = try context.readJSON(PixelNormalization.self, "normalization")
        let checkpoint =
            if context.hasInput("checkpoint") {
                try Checkpoint(bytes: try context.read("checkpoint"), name: "\(context.task) checkpoint")
            } else {
                Trainer.start(network, seed: samples.seed)
            }
        let parameters = training.parameters(samples)
        let order = EngineCache.Order.training(engine, network, samples.grid, threads: context.threads)
        let (trained, timing) = try context.shared(EngineCache.self).withEngine(order) { engine in
            let trainer = Trainer(
                engine: engine, beside: autoencoder, images: images, augmentation: augmentation,
                parameters: parameters, normalization: normalization, input: input)
            let (steps, remainder) = corruptions.samples.count.quotientAndRemainder(dividingBy: samples.batchSize)
            guard remainder == 0 else {
                throw FormatError.damaged(
                    "\(context.task) corruptions",
                    what: "\(corruptions.samples.count) samples for batches of \(samples.batchSize)")
            }
            return try trainer.run(from: checkpoint, shard: corruptions) { done, loss in
                try context.checkCancellation()
                try images.requireReadable()
                context.progress(
                    done, of: steps, unit: "steps",
                    note:
                        "step \(checkpoint.state.stepCount + done) of \(training.steps), loss \(Trainer.readable(loss.total))"
                )
            }
        }
        try images.requireReadable()
        context.shared(InputMeter.self).add(timing)
        let share = (timing.waitingShare * 1000).rounded() / 10
        context.log(
            "\(counted(timing.steps, "step")) in \((timing.totalSeconds * 10).rounded() / 10) s, \(share) % of it waiting for input"
        )
        try context.write(trained.bytes, to: "checkpoint")
    }
}
