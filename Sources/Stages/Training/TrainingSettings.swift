import AnomalyDetection
import NeuralNetworks
import Pipeline

/// The settings of a network.
package struct NetworkSettings: Codable, Equatable, Sendable {
    package var architecture: NetworkArchitecture
    package var baseWidth: Int
    package var input: NetworkInput

    package init(architecture: NetworkArchitecture, baseWidth: Int, input: NetworkInput) {
        (self.architecture, self.baseWidth, self.input) = (architecture, baseWidth, input)
    }

    package var description: NetworkDescription { architecture.description(baseWidth: baseWidth) }
}

/// The settings that determine how samples are drawn from images.
package struct SampleSettings: Codable, Equatable, Sendable {
    package var seed: UInt64
    package var batchSize: Int
    package var augmentation: Augmentation
    package var augmentationVersion = Augmentation.version
    package var grid: TileGrid

    package init(seed: UInt64, batchSize: Int, augmentation: Augmentation, grid: TileGrid) {
        (self.seed, self.batchSize, self.augmentation) = (seed, batchSize, augmentation)
        self.grid = grid
    }

    /// The augmentation for the images of a task; its input `colour` states if they are grey.
    package func augmentation(for context: TaskContext) throws -> Augmentation {
        var augmentation = augmentation
        augmentation.isGrey = try context.readJSON(DataSetColour.self, "colour").isGrey
        return augmentation
    }
}

/// The settings of the optimiser. They include the length of the schedule, because the learning rate of a step depends
/// on it.
package struct OptimiserSettings: Codable, Equatable, Sendable {
    package var steps: Int
    package var learningRate, finalLearningRate: Float
    package var warmupSteps: Int
    package var lambda, noise, averageDecay, gradientNorm: Float

    package init(_ training: TrainingParameters) {
        (steps, warmupSteps) = (training.steps, training.warmupSteps)
        (learningRate, finalLearningRate) = (training.learningRate, training.finalLearningRate)
        (lambda, noise) = (training.lambda, training.noise)
        (averageDecay, gradientNorm) = (training.averageDecay, training.gradientNorm)
    }

    /// The parameters of a trainer; its samples determine the shard.
    package func parameters(_ samples: SampleSettings) -> TrainingParameters {
        TrainingParameters(
            steps: steps, batchSize: samples.batchSize, learningRate: learningRate,
            finalLearningRate: finalLearningRate, warmupSteps: warmupSteps, lambda: lambda, seed: samples.seed,
            stepsPerShard: steps, noise: noise, averageDecay: averageDecay, gradientNorm: gradientNorm)
    }
}

/// The settings of a corruption model. Parameters of other models are omitted from the key.
package struct CorruptionSettings: Codable, Equatable, Sendable {
    package var model: CorruptionKind
    package var version = CorruptionModel.version
    package var cleanFraction: Float
    package var foregroundOnly: Bool
    package var structured: StructuredParameters?
    package var nsa: NSAParameters?

    package init(_ parameters: CorruptionParameters) {
        model = parameters.model
        (cleanFraction, foregroundOnly) = (parameters.cleanFraction, parameters.foregroundOnly)
        structured = model == .structured ? parameters.structured : nil
        nsa = model == .nsa ? parameters.nsa : nil
    }

    package func parameters(isGrey: Bool) -> CorruptionParameters {
        var parameters = CorruptionParameters(
            model: model, cleanFraction: cleanFraction, foregroundOnly: foregroundOnly, isGrey: isGrey)
        if let structured { parameters.structured = structured }
        if let nsa { parameters.nsa = nsa }
        return parameters
    }
}
