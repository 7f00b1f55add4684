import Host
import NeuralNetworks
import Pipeline
import Stages

/// Estimates of the memory of the tasks that make and use a model, from the sizes of images, tiles and network. The
/// factors come from measured peaks of worker processes; they exceed these by up to a half.
struct MemoryEstimate {
    private let recipe: TrainingRecipe
    private let hasTextures: Bool

    /// - Parameter hasTextures: True if corruptions take foreign textures.
    init(_ recipe: TrainingRecipe, hasTextures: Bool) { (self.recipe, self.hasTextures) = (recipe, hasTextures) }

    /// The program's part of a worker process, and what all stages hold.
    private static let processBytes = TaskMemory.small.bytes
    /// The copies of an image that a stage works on, per pixel: image, reconstruction, maps, picture.
    private static let imageBytes = 160
    /// The activations of a pretrained network, per pixel of a tile and thread.
    private static let featureBytes = 600
    /// A pretrained network, and per pixel of a tile the features of images and a model made of them.
    private static let backboneBytes = 48 << 20, featureModelBytes = 800

    private var pixels: Int { recipe.grid.width * recipe.grid.height }
    private var tilePixels: Int { recipe.grid.tileWidth * recipe.grid.tileHeight }
    /// The cache of training images.
    private var imageCache: Int { ProcessResources.current.cacheBytes(atMost: 1 << 26) }
    private var textureCache: Int { hasTextures ? ProcessResources.current.cacheBytes(atMost: 1 << 28) : 0 }

    func task(_ stage: any Stage) -> TaskMemory {
        switch stage {
        case let corrupt as CorruptStage: memory(imageCache + textureCache + shardBytes(corrupt))
        case is TrainStage, is TrainSegmentationStage:
            memory(imageCache + trainingBytes.shared, trainingBytes.thread)
        case is AssessStage, is FitFusionStage:
            // Pixels of the defects that are ranked or weighed.
            memory(
                2 * imageCache + textureCache + trialBytes + 300 * pixels + detectorBytes.shared, detectorBytes.thread)
        case is CalibrateStage:
            memory(2 * imageCache + textureCache + trialBytes + detectorBytes.shared, detectorBytes.thread)
        case is ScoreStage, is FitAutoencoderStage, is FitSegmentationStage,
            is FitMemoryStage, is FitGaussianStage, is FitRandomStage, is ExtendMemoryStage:
            memory(imageCache + detectorBytes.shared, detectorBytes.thread)
        case is MetricsStage: memory(imageCache)
        case is IngestStage, is OverlayStage, is PreviewStage: memory(0)
        default: .small
        }
    }

    private func memory(_ bytes: Int, _ thread: Int = 0) -> TaskMemory {
        TaskMemory(bytes: Self.processBytes + Self.imageBytes * pixels + bytes, bytesPerThread: thread)
    }

    /// The changed pixels of synthetic defects, as those of a shard.
    private var trialBytes: Int {
        2 * pixels * SyntheticTrials.wanted(width: recipe.grid.width, height: recipe.grid.height)
    }

    /// The changed pixels of a shard's samples: 6 bytes each, on average of a third of the tile.
    private func shardBytes(_ stage: CorruptStage) -> Int { 2 * tilePixels * stage.sampleCount }

    private var trainingBytes: (shared: Int, thread: Int) {
        let steps = recipe.training.steps(ofShard: 0).count
        let engine = engine(recipe.engine, batchSize: recipe.training.batchSize)
        return (engine.shared + 4 * tilePixels * steps * recipe.training.batchSize, engine.thread)
    }

    private var detectorBytes: (shared: Int, thread: Int) {
        let network = engine(recipe.scoringEngine, batchSize: 0)
        // Two tiles per thread with their images.
        let images = 2 * Self.imageBytes * tilePixels
        guard recipe.detector.backbone != nil else { return (network.shared, network.thread + images) }
        return (
            network.shared + Self.backboneBytes + Self.featureModelBytes * tilePixels,
            max(network.thread, Self.featureBytes * tilePixels) + images
        )
    }

    private func engine(_ choice: EngineChoice, batchSize: Int) -> (shared: Int, thread: Int) {
        guard recipe.detector.isTrained || recipe.detector.backbone == nil else { return (0, 0) }
        let network = recipe.network.description
        func size(_ side: Int) -> Int { (side / recipe.reduction / network.sizeMultiple) * network.sizeMultiple }
        return NetworkEngine.memory(
            choice.kind, network: network, height: max(network.sizeMultiple, size(recipe.grid.tileHeight)),
            width: max(network.sizeMultiple, size(recipe.grid.tileWidth)), precision: choice.precision,
            batchSize: batchSize)
    }
}
