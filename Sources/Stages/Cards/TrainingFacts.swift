import AnomalyDetection
import ContentStore

/// The training of a model, for its card.
package struct TrainingFacts: Codable, Equatable, Sendable {
    /// The number of steps in the schedule, and the number until this model.
    var steps, stepsTaken: Int
    var batchSize: Int
    var optimiser = "adam"
    var learningRate, finalLearningRate: Float
    var warmupSteps: Int
    var lambda, noise, averageDecay, gradientNorm: Float
    var seed: UInt64
    /// The number of final checkpoints that the model was chosen from.
    var candidates: Int
    /// The model that training continued from; nil for new weights.
    var startedFrom: Digest?
    /// The mean losses of the first and last `lossSteps` steps.
    var lossAtStart, lossAtEnd: Double
    var corruption: Corruption
    var augmentation: Changes

    static let lossSteps = 10

    struct Corruption: Codable, Equatable, Sendable {
        var model: String
        var version: Int
        var cleanFraction: Float
        var foregroundOnly: Bool
        /// The numeric parameters by their keys in the manifest: counts, ranges and weights.
        var settings: [String: Double]

        init(_ parameters: CorruptionParameters) {
            (model, version) = (parameters.model.rawValue, CorruptionModel.version)
            (cleanFraction, foregroundOnly) = (parameters.cleanFraction, parameters.foregroundOnly)
            settings = [:]
            func add(_ name: String, _ range: ClosedRange<Float>) {
                settings[name + ".min"] = decimal(range.lowerBound)
                settings[name + ".max"] = decimal(range.upperBound)
            }
            /// The shortest decimal that reads back as the same number, so that 0.001 looks like 0.001.
            func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
            switch parameters.model {
            case .structured:
                let structured = parameters.structured
                settings["patches.min"] = Double(structured.patches.lowerBound)
                settings["patches.max"] = Double(structured.patches.upperBound)
                add("size", structured.size)
                add("opacity", structured.opacity)
                add("softness", structured.softness)
                settings["elasticity"] = decimal(structured.elasticity)
                let shapes = structured.shapes, contents = structured.contents
                for (name, weight) in [
                    ("shapes.ellipse", shapes.ellipse), ("shapes.polygon", shapes.polygon),
                    ("shapes.stroke", shapes.stroke), ("contents.texture", contents.texture),
                    ("contents.cutPaste", contents.cutPaste), ("contents.warp", contents.warp),
                    ("contents.stain", contents.stain), ("contents.noise", contents.noise),
                    ("contents.blur", contents.blur), ("contents.shift", contents.shift),
                    ("contents.background", contents.background),
                ] { settings[name] = decimal(weight) }
            case .nsa:
                settings["nsa.patches"] = Double(parameters.nsa.maximumPatches)
                add("nsa.resize", parameters.nsa.resize)
            case .perlin, .cutpaste: break
            }
        }
    }

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

    /// The facts before training; `took` adds the rest.
    package init(
        _ training: TrainingParameters, corruption: CorruptionParameters, augmentation: Augmentation, candidates: Int,
        startedFrom: Digest?
    ) {
        (steps, stepsTaken, batchSize) = (training.steps, 0, training.batchSize)
        (learningRate, finalLearningRate) = (training.learningRate, training.finalLearningRate)
        warmupSteps = training.warmupSteps
        (lambda, noise) = (training.lambda, training.noise)
        (averageDecay, gradientNorm) = (training.averageDecay, training.gradientNorm)
        (seed, self.candidates, self.startedFrom) = (training.seed, candidates, startedFrom)
        (lossAtStart, lossAtEnd) = (0, 0)
        (self.corruption, self.augmentation) = (Corruption(corruption), Changes(augmentation))
    }

    /// Adds the facts of a training curve.
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

/// A model's threshold, for its card.
struct ThresholdFacts: Codable, Equatable, Sendable {
    /// The threshold and the median normal score; 1 and 0 on the normalised scale.
    var value, median: Float
    /// The calibrated threshold, if the manifest sets `value`; else nil.
    var calibrated: Float?
    /// `robust`, `empirical` or `costs`.
    var estimate: String
    /// The fraction of normal images that should score below the threshold.
    var quantile: Float
    /// 1 - quantile, or the share that the balance expects; meaningless for a threshold from the manifest.
    var targetFalseAlarmRate: Double
    /// The expected share of missed synthetic defects; nil for a threshold from normal scores alone.
    var expectedMisses: Double?
    /// The numbers of held-out images and scores, and of training scores, that calibration used.
    var heldOutImages, heldOutScores, trainingScores: Int
    /// See `VerdictConfidence`.
    var tolerance: Double
    /// The half-open range of scores with uncertain verdicts. `uncertainTo` is nil if it is empty, `uncertainFrom` also
    /// if all verdicts below `uncertainTo` are uncertain.
    var uncertainFrom, uncertainTo: Float?

    init(_ calibration: Calibration, tolerance: Double, uncertain: Range<Float>?) {
        (value, median) = (calibration.threshold, calibration.median)
        calibrated = calibration.chosenThreshold.map { _ in calibration.estimatedThreshold }
        (estimate, quantile) = (calibration.estimate.rawValue, calibration.quantile)
        // Rounded, as 1 - 0.99 is 0.010000000000000009.
        func rounded(_ share: Double) -> Double { (share * 1e6).rounded() / 1e6 }
        targetFalseAlarmRate = rounded(1 - Double(calibration.quantile))
        if let balance = calibration.balance {
            estimate = "costs"
            targetFalseAlarmRate = rounded(Double(balance.falseAlarms))
            expectedMisses = rounded(Double(balance.misses))
        }
        heldOutImages = calibration.images
        (heldOutScores, trainingScores) = (calibration.scores.count, calibration.trainingScores.count)
        self.tolerance = tolerance
        uncertainFrom = (uncertain?.lowerBound).flatMap { $0.isFinite ? $0 : nil }
        uncertainTo = uncertain?.upperBound
    }
}
