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

    /// The recipe for the images of a task, whose input `colour` says if they are grey. No part of a key depends on it: the input
    /// does.
    func fitted(to context: TaskContext) throws -> TrainingRecipe {
        var recipe = self
        let isGrey = try context.readJSON(DataSetColour.self, "colour").isGrey
        (recipe.augmentation.isGrey, recipe.corruption.isGrey) = (isGrey, isGrey)
        return recipe
    }

    /// What the samples of a shard depend on, beside the images.
    var sampleKeyParts: [KeyPart] {
        [
            KeyPart("seed", .text("\(training.seed)")), KeyPart("batchSize", training.batchSize),
            KeyPart("augmentation.flipHorizontal", augmentation.flipHorizontal),
            KeyPart("augmentation.flipVertical", augmentation.flipVertical),
            KeyPart("augmentation.quarterTurns", augmentation.quarterTurns),
            KeyPart("augmentation.shift", augmentation.shift),
            KeyPart("augmentation.brightness", augmentation.brightness),
            KeyPart("augmentation.contrast", augmentation.contrast),
            KeyPart("augmentation.colour", augmentation.colour),
            KeyPart("augmentation.sharpness", augmentation.sharpness), KeyPart("tileWidth", grid.tileWidth),
            KeyPart("tileHeight", grid.tileHeight), KeyPart("tileOverlap", grid.overlap),
        ]
    }

    var networkKeyParts: [KeyPart] {
        [
            KeyPart("architecture", architecture.rawValue), KeyPart("baseWidth", baseWidth),
            KeyPart("width", grid.width), KeyPart("height", grid.height), KeyPart("tileWidth", grid.tileWidth),
            KeyPart("tileHeight", grid.tileHeight), KeyPart("tileOverlap", grid.overlap),
        ]
    }

    var optimiserKeyParts: [KeyPart] {
        [
            KeyPart("learningRate", training.learningRate), KeyPart("finalLearningRate", training.finalLearningRate),
            KeyPart("warmupSteps", training.warmupSteps), KeyPart("steps", training.steps),
            KeyPart("lambda", training.lambda), KeyPart("noise", training.noise),
            KeyPart("averageDecay", training.averageDecay), KeyPart("gradientNorm", training.gradientNorm),
        ]
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

    var keyParts: [KeyPart] {
        var parts = [
            KeyPart("corruption.model", model.rawValue), KeyPart("corruption.cleanFraction", cleanFraction),
            KeyPart("corruption.foregroundOnly", foregroundOnly),
            KeyPart("corruption.version", CorruptionModel.version),
        ]
        if model == .nsa {
            parts.append(KeyPart("corruption.nsa.patches", nsa.maximumPatches))
            parts.append(KeyPart("corruption.nsa.resize.min", nsa.resize.lowerBound))
            parts.append(KeyPart("corruption.nsa.resize.max", nsa.resize.upperBound))
            parts.append(KeyPart("corruption.nsa.mixedGradients", nsa.mixedGradients))
        }
        guard model == .structured else { return parts }
        func range(_ name: String, _ bounds: ClosedRange<Float>) {
            parts.append(KeyPart("corruption.\(name).min", bounds.lowerBound))
            parts.append(KeyPart("corruption.\(name).max", bounds.upperBound))
        }
        parts.append(KeyPart("corruption.patches.min", structured.patches.lowerBound))
        parts.append(KeyPart("corruption.patches.max", structured.patches.upperBound))
        range("size", structured.size)
        range("opacity", structured.opacity)
        range("softness", structured.softness)
        parts.append(KeyPart("corruption.elasticity", structured.elasticity))
        let shapes = structured.shapes, contents = structured.contents
        for (name, weight) in [
            ("shapes.ellipse", shapes.ellipse), ("shapes.polygon", shapes.polygon), ("shapes.stroke", shapes.stroke),
            ("contents.texture", contents.texture), ("contents.cutPaste", contents.cutPaste),
            ("contents.warp", contents.warp), ("contents.stain", contents.stain), ("contents.noise", contents.noise),
            ("contents.blur", contents.blur), ("contents.shift", contents.shift),
            ("contents.background", contents.background),
        ] { parts.append(KeyPart("corruption.\(name)", weight)) }
        return parts
    }
}
