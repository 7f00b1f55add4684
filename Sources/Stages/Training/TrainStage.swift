import AnomalyDetection
import BinaryCoding
import NeuralNetworks
import Pipeline
import Synchronization

/// Runs one training shard: a fixed number of optimiser steps from one checkpoint to the next.
package struct TrainStage: Stage {
    package static let name = "train"
    package static let version = 3

    var network: NetworkSettings
    var samples: SampleSettings
    var training: OptimiserSettings
    var engine: EngineChoice

    package init(
        network: NetworkSettings, samples: SampleSettings, training: OptimiserSettings, engine: EngineChoice
    ) {
        (self.network, self.samples, self.training) = (network, samples, training)
        self.engine = engine
    }

    package var outputs: [String] { ["checkpoint"] }

    package func run(_ context: TaskContext) throws {
        let augmentation = try samples.augmentation(for: context)
        let images = try context.shared(TrainingImageCache.self).images("training", context, samples.grid)
        let corruptions = try CorruptionShard(
            bytes: try context.read("corruptions"), name: "\(context.task) corruptions")
        let normalization = try context.readJSON(PixelNormalization.self, "normalization")
        let checkpoint =
            if context.hasInput("checkpoint") {
                try Checkpoint(bytes: try context.read("checkpoint"), name: "\(context.task) checkpoint")
            } else {
                Trainer.start(network.description, seed: samples.seed)
            }
        let parameters = training.parameters(samples)
        let order = EngineCache.Order.training(engine, network, samples.grid, threads: context.threads)
        let (trained, timing) = try context.shared(EngineCache.self).withEngine(order) { engine in
            let trainer = Trainer(
                engine: engine, images: images, augmentation: augmentation, parameters: parameters,
                normalization: normalization)
            let (steps, remainder) = corruptions.samples.count.quotientAndRemainder(dividingBy: samples.batchSize)
            guard remainder == 0 else {
                throw FormatError.damaged(
                    "\(context.task) corruptions", at: 0,
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
            "\(timing.steps) steps in \(timing.totalSeconds) s, \(share) % of it waiting for input")
        try context.write(trained.bytes, to: "checkpoint")
    }
}

extension Trainer {
    /// A loss with three significant digits.
    static func readable(_ loss: Double) -> String {
        guard loss > 0, loss.isFinite else { return "\(loss)" }
        var value = loss, exponent = 0
        while value < 1 { (value, exponent) = (value * 10, exponent - 1) }
        while value >= 10 { (value, exponent) = (value / 10, exponent + 1) }
        let digits = (value * 100).rounded() / 100
        return exponent == 0 ? "\(digits)" : "\(digits)e\(exponent)"
    }
}

/// Accumulates the training time of a run, and the time spent waiting for input.
package final class InputMeter: SharedResource {
    private let timing = Mutex(Trainer.Timing())

    package init() {}

    package func add(_ shard: Trainer.Timing) {
        timing.withLock { total in
            total.steps += shard.steps
            total.totalSeconds += shard.totalSeconds
            total.waitingSeconds += shard.waitingSeconds
        }
    }

    /// Nil if nothing was trained.
    package var training: Trainer.Timing? { timing.withLock { $0.steps > 0 ? $0 : nil } }
}
