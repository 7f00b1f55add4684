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
