import Host
import Jobs
import Manifests
import NeuralNetworks

/// An estimate of the time that training a model takes on this machine, from a few steps of a small network input.
struct SpeedEstimate: Encodable {
    let steps, batchSize, width, height: Int
    let precision: String
    let imagesPerSecond, secondsPerModel: Double

    /// The side of the measured images in pixels, and their number in a step. The time is proportional to both.
    private static let measuredSide = 128
    private static let measuredBatch = 4

    /// Nil if the detector of the manifest needs no training.
    init?(_ manifest: JobManifest) throws {
        let recipe = try TrainingRecipe(manifest)
        guard recipe.detector.isTrained else { return nil }
        let grid = recipe.networkSamples.grid
        (width, height) = (grid.tileWidth, grid.tileHeight)
        (steps, batchSize) = (recipe.training.steps, recipe.training.batchSize)
        precision = recipe.engine.precision.rawValue
        let side = min(Self.measuredSide, (max(width, height) + 7) / 8 * 8)
        let result = try EngineBenchmark(
            mode: .train, architecture: recipe.architecture, baseWidth: recipe.baseWidth, size: side,
            batch: Self.measuredBatch, precision: recipe.engine.precision, engine: recipe.engine.kind, steps: 5,
            threads: ProcessResources.current.processors
        ).run()
        imagesPerSecond = result.imagesPerSecond * Double(side * side) / Double(width * height)
        secondsPerModel = Double(steps * batchSize) / imagesPerSecond
    }

    var text: String {
        "training one model takes about \(ProgressDisplay.readable(secondsPerModel)): \(steps) steps of \(batchSize) images, "
            + "\(width) x \(height) pixels, \(ProgressDisplay.short(imagesPerSecond)) images/s in \(precision)"
    }
}
