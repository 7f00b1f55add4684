import NeuralNetworks

/// How a network is trained: the objective's balance, the optimiser and its schedule.
public struct TrainingParameters: Sendable, Equatable {
    public var steps, batchSize: Int
    public var learningRate, finalLearningRate: Float
    public var warmupSteps: Int
    /// Where training ends before the schedule does; nil for its end.
    public var stopAfter: Int?
    /// Weight of the corrupted pixels' term, 0...1.
    public var lambda: Float
    public var seed: UInt64
    public var stepsPerShard: Int
    /// Sigma of Gaussian noise that is added to input and target alike (identity anchoring), 1 = the range of pixel values.
    public var noise: Float
    /// What the average of the weights keeps per step; 0 = no average.
    public var averageDecay: Float
    /// The longest gradient that is taken as it is; 0 = any.
    public var gradientNorm: Float

    public init(
        steps: Int, batchSize: Int, learningRate: Float, finalLearningRate: Float, warmupSteps: Int, lambda: Float,
        seed: UInt64, stepsPerShard: Int, noise: Float, averageDecay: Float, gradientNorm: Float = 0,
        stopAfter: Int? = nil
    ) {
        (self.gradientNorm, self.stopAfter) = (gradientNorm, stopAfter)
        (self.steps, self.batchSize, self.stepsPerShard) = (steps, batchSize, stepsPerShard)
        (self.learningRate, self.finalLearningRate, self.warmupSteps) = (learningRate, finalLearningRate, warmupSteps)
        (self.lambda, self.seed, self.noise, self.averageDecay) = (lambda, seed, noise, averageDecay)
    }

    public var schedule: LearningRateSchedule {
        LearningRateSchedule(peak: learningRate, final: finalLearningRate, warmupSteps: warmupSteps, totalSteps: steps)
    }

    private var lastStep: Int { min(steps, stopAfter ?? steps) }

    public var shardCount: Int { (lastStep + stepsPerShard - 1) / stepsPerShard }

    /// The optimiser steps of a training shard.
    public func steps(ofShard shard: Int) -> Range<Int> {
        shard * stepsPerShard..<min(lastStep, (shard + 1) * stepsPerShard)
    }
}
