import NeuralNetworks

/// Trains an autoencoder, or a segmentation network beside one, shard by shard: from a checkpoint and a shard to the
/// next checkpoint.
public final class Trainer {
    private let engine: NetworkEngine
    private let autoencoder: NetworkEngine?
    private let images: TrainingImages
    private let augmentation: Augmentation
    private let parameters: TrainingParameters
    private let normalization: PixelNormalization
    private let input: NetworkInput

    /// The duration of a shard, for display only; not part of any result.
    public struct Timing: Sendable, Equatable {
        public var steps = 0
        public var totalSeconds = 0.0
        /// The time that the network spent waiting for batches.
        public var waitingSeconds = 0.0

        public init() {}

        public var waitingShare: Double { totalSeconds > 0 ? waitingSeconds / totalSeconds : 0 }
    }

    /// - Parameters:
    ///   - engine: an engine of the network to train.
    ///   - autoencoder: nil to train an autoencoder; to train a segmentation network, the one whose reconstructions it
    ///     sees.
    ///   - input: what the autoencoder sees.
    public init(
        engine: NetworkEngine, beside autoencoder: NetworkEngine? = nil, images: TrainingImages,
        augmentation: Augmentation, parameters: TrainingParameters, normalization: PixelNormalization,
        input: NetworkInput
    ) {
        (self.normalization, self.input) = (normalization, input)
        (self.engine, self.autoencoder, self.images) = (engine, autoencoder, images)
        (self.augmentation, self.parameters) = (augmentation, parameters)
    }

    /// The checkpoint before the first step.
    public static func start(_ network: NetworkDescription, seed: UInt64) -> Checkpoint {
        Checkpoint(state: OptimizerState(parameters: network.initialParameters(seed: seed)))
    }

    /// Trains on the batches of a shard.
    ///
    /// - Parameter finishedStep: called after each step with the number of steps so far and the step's loss; throws to
    ///   stop.
    /// - Throws: `EngineError.parameterCount` for a checkpoint of another network, `EngineError.diverged` at the first
    ///   step with a non-finite loss or gradient, `FormatError` for a shard of other images, and any error of
    ///   `finishedStep`.
    public func run(
        from checkpoint: Checkpoint, shard: CorruptionShard, finishedStep: (Int, BatchLoss) throws -> Void
    ) throws -> (Checkpoint, Timing) {
        try shard.requireFit(images, width: engine.width, height: engine.height)
        let clock = ContinuousClock()
        let start = clock.now
        var timing = Timing()
        let optimizer = AdamOptimizer(
            checkpoint.state, averageDecay: parameters.averageDecay,
            gradientNorm: parameters.gradientNorm)
        try optimizer.load(into: engine)
        var history = checkpoint.history
        let feeder = BatchFeeder(
            shard, images, augmentation, parameters, normalization, input, trainingThreads: engine.workerCount)
        feeder.start()
        defer { feeder.stop() }
        for number in 0..<shard.samples.count / parameters.batchSize {
            let waitStart = clock.now
            let batch = feeder.take()
            // Includes the first batch, whose preparation no previous step can hide.
            timing.waitingSeconds += (clock.now - waitStart) / .seconds(1)
            let step = optimizer.stepCount
            let rate = parameters.schedule.rate(atStep: step)
            let own = autoencoder.map(batch.paired) ?? batch
            let loss = try optimizer.step(engine, own, lambda: parameters.lambda, learningRate: rate)
            feeder.giveBack(batch)
            history.append(Checkpoint.Point(step: step, loss: loss, learningRate: rate))
            timing.steps += 1
            try finishedStep(number + 1, loss)
        }
        timing.totalSeconds = (clock.now - start) / .seconds(1)
        return (Checkpoint(state: optimizer.state, history: history), timing)
    }
}
