import AnomalyDetection
import ContentStore

/// How a model was trained, for its card.
struct TrainingFacts: Codable, Equatable, Sendable {
    /// Of the schedule, and those that were taken for this model.
    var steps, stepsTaken: Int
    var batchSize: Int
    var optimiser = "adam"
    var learningRate, finalLearningRate: Float
    var warmupSteps: Int
    var lambda, noise, averageDecay, gradientNorm: Float
    var seed: UInt64
    /// Checkpoints at the end of training that the model was chosen from.
    var candidates: Int
    /// The model that training went on from; nil for new weights.
    var startedFrom: Digest?
    /// Means over the first and the last steps, at most `lossSteps` of them.
    var lossAtStart, lossAtEnd: Double
    var corruption: Corruption
    var augmentation: Changes

    static let lossSteps = 10

    struct Corruption: Codable, Equatable, Sendable {
        var model: String
        var version: Int
        var cleanFraction: Float
        var foregroundOnly: Bool
        /// Numbers that the model draws by, by their keys in the manifest: counts, ranges and weights.
        var settings: [String: Double]

        init(_ parameters: CorruptionParameters) {
            (model, version) = (parameters.model.rawValue, CorruptionModel.version)
            (cleanFraction, foregroundOnly) = (parameters.cleanFraction, parameters.foregroundOnly)
            settings = [:]
            for part in parameters.keyParts {
                let name = part.name.replacing("corruption.", with: "")
                guard name != "version", name != "cleanFraction" else { continue }
                switch part.value {
                case .integer(let number): settings[name] = Double(number)
                case .real(let number): settings[name] = number
                default: break
                }
            }
        }
    }

    /// Augmentations.
    struct Changes: Codable, Equatable, Sendable {
        var flipHorizontal, flipVertical, quarterTurns: Bool
        var shift, brightness, contrast, colour, sharpness: Float

        init(_ augmentation: Augmentation) {
            (flipHorizontal, flipVertical) = (augmentation.flipHorizontal, augmentation.flipVertical)
            (quarterTurns, shift) = (augmentation.quarterTurns, augmentation.shift)
            (brightness, contrast) = (augmentation.brightness, augmentation.contrast)
            (colour, sharpness) = (augmentation.colour, augmentation.sharpness)
        }
    }

    /// Of what is known before training; `took` adds the rest.
    init(_ recipe: TrainingRecipe, candidates: Int, startedFrom: Digest?) {
        let training = recipe.training
        (steps, stepsTaken, batchSize) = (training.steps, 0, training.batchSize)
        (learningRate, finalLearningRate) = (training.learningRate, training.finalLearningRate)
        warmupSteps = training.warmupSteps
        (lambda, noise) = (training.lambda, training.noise)
        (averageDecay, gradientNorm) = (training.averageDecay, training.gradientNorm)
        (seed, self.candidates, self.startedFrom) = (training.seed, candidates, startedFrom)
        (lossAtStart, lossAtEnd) = (0, 0)
        (corruption, augmentation) = (Corruption(recipe.corruption), Changes(recipe.augmentation))
    }

    /// With what the curve of a training says.
    func took(_ points: [TrainingPoint]) -> TrainingFacts {
        func mean(_ points: some Collection<TrainingPoint>) -> Double {
            points.isEmpty ? 0 : points.reduce(0) { $0 + $1.loss } / Double(points.count)
        }
        var facts = self
        facts.stepsTaken = (points.last?.step ?? -1) + 1
        facts.lossAtStart = mean(points.prefix(Self.lossSteps))
        facts.lossAtEnd = mean(points.suffix(Self.lossSteps))
        return facts
    }
}

/// The threshold of a model's verdicts, for its card.
struct ThresholdFacts: Codable, Equatable, Sendable {
    /// In units of scores; 1 and 0 of normalised ones.
    var value, median: Float
    /// Where a person set `value` in the manifest: what calibration would have given.
    var calibrated: Float?
    /// `robust` or `empirical`.
    var estimate: String
    /// Share of normal images that shall stay below.
    var quantile: Float
    /// 1 - quantile; of a threshold that a person set, nobody has said what it aims at.
    var targetFalseAlarmRate: Double
    /// Images and scores that it rests on, and scores of images that were trained on, for the spread.
    var heldOutImages, heldOutScores, trainingScores: Int
    /// See `VerdictConfidence`.
    var tolerance: Double
    /// Scores from the first up to the second have uncertain verdicts; nil where none has.
    var uncertainFrom, uncertainTo: Float?

    init(_ calibration: Calibration, tolerance: Double, uncertain: Range<Float>?) {
        (value, median) = (calibration.threshold, calibration.median)
        calibrated = calibration.chosenThreshold.map { _ in calibration.estimatedThreshold }
        (estimate, quantile) = (calibration.estimate.rawValue, calibration.quantile)
        // Of 0.99 not 0.010000000000000009.
        targetFalseAlarmRate = ((1 - Double(calibration.quantile)) * 1e6).rounded() / 1e6
        heldOutImages = calibration.images
        (heldOutScores, trainingScores) = (calibration.scores.count, calibration.trainingScores.count)
        self.tolerance = tolerance
        (uncertainFrom, uncertainTo) = (uncertain?.lowerBound, uncertain?.upperBound)
    }
}
