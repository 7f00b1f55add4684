import AnomalyDetection
import Imaging
import Manifests
import NeuralNetworks
import Stages
import Tensors
import VerdictStatistics

/// The part of a manifest that determines a model: detector, input and training.
package struct TrainingRecipe: Sendable {
    package var detector: DetectorRecipe
    package var architecture: NetworkArchitecture
    package var baseWidth: Int
    /// See `AutoencoderPayload.reduction`.
    package var reduction: Int
    package var networkInput: NetworkInput
    /// The sizes of images and of the tiles that the network processes.
    package var grid: TileGrid
    /// The range of the images' samples; nil for the full range of their formats.
    package var range: SampleRange?
    package var colour: ColourRendering?
    /// The frame around the object; nil for whole images.
    package var frame: ObjectFrame?
    /// The part of the images that is judged; nil for whole images.
    package var region: RegionOfInterest?
    package var training: TrainingParameters
    package var augmentation: Augmentation
    package var corruption: CorruptionParameters
    package var engine: EngineChoice
    /// The engine for the scores of an autoencoder.
    private var reconstructionEngine: EngineChoice

    package init(_ manifest: JobManifest) throws {
        detector = DetectorRecipe(manifest.detector)
        architecture = manifest.network.architecture == .sdc ? .sdc : .sdcCCM
        baseWidth = manifest.network.baseWidth
        reduction = manifest.network.reduction
        networkInput = NetworkInput(rawValue: manifest.network.input.rawValue)!
        let image = manifest.image
        grid = TileGrid(
            width: image.width, height: image.height, tileWidth: image.tile?.width ?? image.width,
            tileHeight: image.tile?.height ?? image.height, overlap: image.tile?.overlap ?? 0)
        range = SampleRange(image)
        colour = image.isConvertedToSRGB ? .sRGB : nil
        frame = ObjectFrame(image)
        region = RegionOfInterest(image)
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
        reconstructionEngine = try EngineChoice.scoring(manifest.engine)
    }

    /// The recipe of another detector.
    package func with(_ detector: DetectorRecipe) -> TrainingRecipe {
        var recipe = self
        recipe.detector = detector
        return recipe
    }

    package var scoringEngine: EngineChoice { scoringEngine(of: detector.kindName) }

    func scoringEngine(of kind: String) -> EngineChoice { reconstructionEngine.with(detector: kind) }

    package var view: ImageView {
        ImageView(
            width: grid.width, height: grid.height, range: range, colour: colour, frame: frame, region: region)
    }

    package var network: NetworkSettings {
        NetworkSettings(architecture: architecture, baseWidth: baseWidth, input: networkInput)
    }

    package var samples: SampleSettings {
        SampleSettings(seed: training.seed, batchSize: training.batchSize, augmentation: augmentation, grid: grid)
    }

    /// The samples of a network, which sees reduced images.
    package var networkSamples: SampleSettings {
        var samples = samples
        samples.grid = grid.reduced(by: reduction)
        if !grid.isSingle {
            samples.augmentation.crop = Augmentation.Crop(
                width: samples.grid.tileWidth, height: samples.grid.tileHeight)
        }
        return samples
    }
}
