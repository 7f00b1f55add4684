import NeuralNetworks
import SeededRandom

/// The parameters of training: the objective, the optimiser and its schedule.
public struct TrainingParameters: Sendable, Equatable {
    public var steps, batchSize: Int
    public var learningRate, finalLearningRate: Float
    public var warmupSteps: Int
    /// The step to stop at before the end of the schedule; nil for its end.
    public var stopAfter: Int?
    /// The weight of the corrupted pixels in the loss, 0...1.
    public var lambda: Float
    public var seed: UInt64
    public var stepsPerShard: Int
    /// The standard deviation of Gaussian noise added equally to input and target (identity anchoring); 1 is the range
    /// of pixel values.
    public var noise: Float
    /// The decay per step of the moving average of the weights; 0 for no average.
    public var averageDecay: Float
    /// The gradient norm above which gradients are clipped; 0 for no clipping.
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

    /// The optimiser steps of a shard.
    public func steps(ofShard shard: Int) -> Range<Int> {
        shard * stepsPerShard..<min(lastStep, (shard + 1) * stepsPerShard)
    }
}

/// The order of images in a training run: epochs of random permutations, a pure function of the seed.
public struct SampleSchedule: Sendable, Equatable {
    public let imageCount: Int
    public let seed: UInt64

    public init(imageCount: Int, seed: UInt64) {
        guard imageCount > 0 else { fatalError("schedule without images") }
        (self.imageCount, self.seed) = (imageCount, seed)
    }

    /// The images of consecutive samples, counted from the start of the run.
    public func images(_ samples: Range<Int>) -> [Int] {
        var images: [Int] = []
        var epoch = -1
        var order: [Int] = []
        for sample in samples {
            if sample / imageCount != epoch {
                epoch = sample / imageCount
                var generator = SeededGenerator(seed: seed, stream: "epoch", UInt64(epoch))
                order = generator.permutation(imageCount)
            }
            images.append(order[sample % imageCount])
        }
        return images
    }
}
