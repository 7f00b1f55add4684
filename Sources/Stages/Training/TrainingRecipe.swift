import AnomalyDetection
import ContentStore
import Imaging
import Manifests
import NeuralNetworks
import Pipeline

/// What of a manifest decides a model: the network, its input and how it is trained.
struct TrainingRecipe: Sendable {
    var architecture: NetworkArchitecture
    var baseWidth: Int
    /// Of images, and of the tiles that the network sees them in.
    var grid: TileGrid
    /// Of the samples of images; nil for all that their files can hold.
    var range: SampleRange?
    var training: TrainingParameters
    var augmentation: Augmentation
    var corruption: CorruptionParameters
    var engine: EngineChoice
    var scoringEngine: EngineChoice

    init(_ manifest: JobManifest) throws {
        architecture = manifest.network.architecture == .sdc ? .sdc : .sdcCCM
        baseWidth = manifest.network.baseWidth
        let image = manifest.image
        grid = TileGrid(
            width: image.width, height: image.height, tileWidth: image.tile?.width ?? image.width,
            tileHeight: image.tile?.height ?? image.height, overlap: image.tile?.overlap ?? 0)
        range = SampleRange(image)
        let section = manifest.training
        training = TrainingParameters(
            steps: section.steps, batchSize: section.batchSize, learningRate: Float(section.learningRate),
            finalLearningRate: Float(section.finalLearningRate), warmupSteps: section.warmupSteps,
            lambda: Float(section.lambda), seed: section.seed, stepsPerShard: section.stepsPerShard,
            noise: Float(section.noise), averageDecay: Float(section.averageDecay),
            gradientNorm: Float(section.gradientNorm), stopAfter: section.stopAfter)
        let changes = manifest.augmentation
        augmentation = Augmentation(
            flipHorizontal: changes.flipHorizontal, flipVertical: changes.flipVertical,
            quarterTurns: changes.quarterTurns, shift: Float(changes.shift), brightness: Float(changes.brightness),
            contrast: Float(changes.contrast), colour: Float(changes.colour), sharpness: Float(changes.sharpness),
            crop: grid.isSingle ? nil : Augmentation.Crop(width: grid.tileWidth, height: grid.tileHeight))
        corruption = CorruptionParameters(manifest.corruption)
        engine = try EngineChoice(manifest.engine)
        scoringEngine = try EngineChoice.scoring(manifest.engine)
    }

    var network: NetworkSettings { NetworkSettings(architecture: architecture, baseWidth: baseWidth) }

    var samples: SampleSettings {
        SampleSettings(seed: training.seed, batchSize: training.batchSize, augmentation: augmentation, grid: grid)
    }
}

/// The settings of a network.
struct NetworkSettings: Codable, Equatable, Sendable {
    var architecture: NetworkArchitecture
    var baseWidth: Int

    var description: NetworkDescription { architecture.description(baseWidth: baseWidth) }
}

/// The settings by which samples are drawn from images.
struct SampleSettings: Codable, Equatable, Sendable {
    var seed: UInt64
    var batchSize: Int
    var augmentation: Augmentation
    var grid: TileGrid

    /// The augmentation for the images of a task, whose input `colour` says if they are grey.
    func augmentation(for context: TaskContext) throws -> Augmentation {
        var augmentation = augmentation
        augmentation.isGrey = try context.readJSON(DataSetColour.self, "colour").isGrey
        return augmentation
    }
}

/// The settings of the optimiser. The schedule's length is one of them, as the learning rate of a step depends on it.
struct OptimiserSettings: Codable, Equatable, Sendable {
    var steps: Int
    var learningRate, finalLearningRate: Float
    var warmupSteps: Int
    var lambda, noise, averageDecay, gradientNorm: Float

    init(_ training: TrainingParameters) {
        (steps, warmupSteps) = (training.steps, training.warmupSteps)
        (learningRate, finalLearningRate) = (training.learningRate, training.finalLearningRate)
        (lambda, noise) = (training.lambda, training.noise)
        (averageDecay, gradientNorm) = (training.averageDecay, training.gradientNorm)
    }

    /// The parameters of a trainer, for which a shard is given by its samples.
    func parameters(_ samples: SampleSettings) -> TrainingParameters {
        TrainingParameters(
            steps: steps, batchSize: samples.batchSize, learningRate: learningRate,
            finalLearningRate: finalLearningRate, warmupSteps: warmupSteps, lambda: lambda, seed: samples.seed,
            stepsPerShard: steps, noise: noise, averageDecay: averageDecay, gradientNorm: gradientNorm)
    }
}

/// The settings of a corruption model: those of other models have no part in the key.
struct CorruptionSettings: Codable, Equatable, Sendable {
    var model: CorruptionKind
    var version = CorruptionModel.version
    var cleanFraction: Float
    var foregroundOnly: Bool
    var structured: StructuredParameters?
    var nsa: NSAParameters?

    init(_ parameters: CorruptionParameters) {
        model = parameters.model
        (cleanFraction, foregroundOnly) = (parameters.cleanFraction, parameters.foregroundOnly)
        structured = model == .structured ? parameters.structured : nil
        nsa = model == .nsa ? parameters.nsa : nil
    }

    func parameters(isGrey: Bool) -> CorruptionParameters {
        var parameters = CorruptionParameters(
            model: model, cleanFraction: cleanFraction, foregroundOnly: foregroundOnly, isGrey: isGrey)
        if let structured { parameters.structured = structured }
        if let nsa { parameters.nsa = nsa }
        return parameters
    }
}

extension CorruptionParameters {
    init(_ section: CorruptionSection) {
        let patches = section.structured
        func range(_ bounds: ClosedRange<Double>) -> ClosedRange<Float> {
            Float(bounds.lowerBound)...Float(bounds.upperBound)
        }
        let shapes = patches.shapes, contents = patches.contents
        self.init(
            model: CorruptionKind(rawValue: section.model.rawValue)!, cleanFraction: Float(section.cleanFraction),
            foregroundOnly: section.foregroundOnly,
            structured: StructuredParameters(
                patches: patches.patches, size: range(patches.size), opacity: range(patches.opacity),
                softness: range(patches.softness), elasticity: Float(patches.elasticity),
                shapes: ShapeWeights(
                    ellipse: Float(shapes.ellipse), polygon: Float(shapes.polygon), stroke: Float(shapes.stroke)),
                contents: ContentWeights(
                    texture: Float(contents.texture), cutPaste: Float(contents.cutPaste), warp: Float(contents.warp),
                    stain: Float(contents.stain), noise: Float(contents.noise), blur: Float(contents.blur),
                    shift: Float(contents.shift), background: Float(contents.background))),
            nsa: NSAParameters(
                maximumPatches: section.nsa.patches, resize: range(section.nsa.resize),
                mixedGradients: section.nsa.gradients == .mixed))
    }
}
