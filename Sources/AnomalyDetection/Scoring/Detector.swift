import Imaging
import NeuralNetworks
import Tensors

/// What a network makes of one image.
public struct Detection: Sendable {
    /// The image as the network would have it.
    public var reconstruction: PlanarImage
    /// Squared error, mean over channels, smoothed and normalised; at the size of the image that was scored.
    public var map: FloatMap
    public var score: Float
}

/// Scores images of one size, which are the network's input or larger.
public final class Detector {
    private let engine: NetworkEngine
    private let normalization: PixelNormalization
    private let scoring: ScoringParameters
    private let grid: TileGrid
    private let expectedError: ExpectedError?
    private var weights: FloatMap?

    /// - Parameters:
    ///   - engine: with the parameters of the model loaded, for the grid's tiles.
    ///   - expectedError: what maps are divided by; nil for maps of plain squared errors.
    public init(
        engine: NetworkEngine, grid: TileGrid, normalization: PixelNormalization, scoring: ScoringParameters,
        expectedError: ExpectedError? = nil
    ) {
        (self.engine, self.grid, self.normalization, self.scoring) = (engine, grid, normalization, scoring)
        self.expectedError = expectedError
    }

    /// What the network makes of images, as pixel values.
    public func reconstruct(_ images: [PlanarImage]) -> [PlanarImage] {
        let tiles = images.flatMap(grid.tiles)
        let answers = zip(tiles, engine.reconstruct(tiles.map { normalization.normalized($0.values) })).map {
            tile, values in
            PlanarImage(width: tile.width, height: tile.height, channels: 3, values: normalization.restored(values))
        }
        return images.indices.map { grid.joined(Array(answers[$0 * grid.count..<($0 + 1) * grid.count])) }
    }

    /// The squared errors of images, mean over channels, as they are: neither smoothed nor normalised.
    public func errors(_ images: [PlanarImage]) -> [FloatMap] { zip(images, reconstruct(images)).map(Self.error) }

    /// The same for an image whether it comes alone or among others.
    public func detect(_ images: [PlanarImage]) -> [Detection] {
        zip(images, reconstruct(images)).map { image, reconstruction in
            let map = finished(Self.error(image, reconstruction))
            return Detection(reconstruction: reconstruction, map: map, score: scoring.score(map.values))
        }
    }

    private static func error(_ image: PlanarImage, _ reconstruction: PlanarImage) -> FloatMap {
        FloatMap(
            width: image.width, height: image.height,
            values: MapKernels.squaredError(image.values, reconstruction.values, channels: image.channels))
    }

    /// Smooths and normalises.
    private func finished(_ error: FloatMap) -> FloatMap {
        let sizes = scoring.boxSizes(shorterSide: min(error.width, error.height))
        var map = FloatMap(
            width: error.width, height: error.height, values: [Float](repeating: 0, count: error.values.count))
        for size in sizes {
            let smooth = MapKernels.boxFiltered(
                error.values, height: error.height, width: error.width, size: size, passes: scoring.boxPasses)
            for index in smooth.indices { map.values[index] += smooth[index] / Float(sizes.count) }
        }
        guard let weights = weights(width: error.width, height: error.height) else { return map }
        for index in weights.indices { map.values[index] *= weights[index] }
        return map
    }

    private func weights(width: Int, height: Int) -> [Float]? {
        guard let expectedError else { return nil }
        if let weights, weights.width == width, weights.height == height { return weights.values }
        let made = FloatMap(
            width: width, height: height, values: expectedError.weights(width: width, height: height))
        weights = made
        return made.values
    }
}
