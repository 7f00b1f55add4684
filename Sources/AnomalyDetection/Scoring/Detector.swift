import Imaging
import NeuralNetworks
import Tensors

/// The result of scoring one image.
public struct Detection: Sendable {
    /// The network's output as an image.
    public var reconstruction: PlanarImage
    /// The squared error, averaged over channels, normalised and smoothed, at the image's size.
    public var map: FloatMap
    public var score: Float
}

/// Scores images of one size, which is the network's input size or larger.
public final class Detector {
    private let engine: NetworkEngine
    private let normalization: PixelNormalization
    private let scoring: ScoringParameters
    private let grid: TileGrid
    private let expectedErrors: [ExpectedError]
    private let contrastResponse: ContrastResponse?
    private var weights: [FloatMap] = []

    /// - Parameters:
    ///   - engine: an engine for the grid's tiles with the model's parameters loaded.
    ///   - expectedErrors: the divisor of each error level; empty for plain squared errors.
    public init(
        engine: NetworkEngine, grid: TileGrid, normalization: PixelNormalization, scoring: ScoringParameters,
        expectedErrors: [ExpectedError] = [], contrastResponse: ContrastResponse? = nil
    ) {
        (self.engine, self.grid, self.normalization, self.scoring) = (engine, grid, normalization, scoring)
        (self.expectedErrors, self.contrastResponse) = (expectedErrors, contrastResponse)
    }

    /// - Parameter engine: an engine with the model's parameters loaded.
    public convenience init(engine: NetworkEngine, model: Model) {
        self.init(
            engine: engine, grid: model.grid, normalization: model.normalization, scoring: model.scoring,
            expectedErrors: model.expectedErrors, contrastResponse: model.contrastResponse)
    }

    /// The network's reconstructions of images.
    public func reconstruct(_ images: [PlanarImage]) -> [PlanarImage] {
        let tiles = images.flatMap(grid.tiles)
        let answers = zip(tiles, engine.reconstruct(tiles.map { normalization.normalized($0.values) })).map {
            tile, values in
            PlanarImage(width: tile.width, height: tile.height, channels: 3, values: normalization.restored(values))
        }
        return images.indices.map { grid.joined(Array(answers[$0 * grid.count..<($0 + 1) * grid.count])) }
    }

    /// The raw squared errors of images at each level, averaged over channels: neither normalised nor smoothed.
    public func errors(_ images: [PlanarImage]) -> [[FloatMap]] {
        zip(images, reconstruct(images)).map { ErrorPyramid.maps($0, $1, levels: scoring.levels) }
    }

    /// Scores images. The result for an image does not depend on the rest of the batch.
    public func detect(_ images: [PlanarImage]) -> [Detection] {
        zip(images, reconstruct(images)).map { image, reconstruction in
            let map = smoothed(normalizedError(image, reconstruction))
            return Detection(reconstruction: reconstruction, map: map, score: scoring.score(map.values))
        }
    }

    /// Adds the errors and contrasts of normal images to the samples of a response.
    public func add(_ images: [PlanarImage], to samples: inout ContrastResponse.Samples) {
        for (image, reconstruction) in zip(images, reconstruct(images)) {
            samples.add(errors: normalizedError(image, reconstruction).values, contrasts: contrasts(reconstruction))
        }
    }

    private func contrasts(_ reconstruction: PlanarImage) -> [Float] {
        let size = scoring.boxSizes(shorterSide: min(reconstruction.width, reconstruction.height))[0]
        return ContrastResponse.contrasts(of: reconstruction, boxSize: size)
    }

    /// The normalised error, averaged over levels, before smoothing.
    private func normalizedError(_ image: PlanarImage, _ reconstruction: PlanarImage) -> FloatMap {
        let levels = ErrorPyramid.maps(image, reconstruction, levels: scoring.levels)
        var error = levels[0]
        guard !expectedErrors.isEmpty else { return error }
        let weights = weights(width: error.width, height: error.height)
        for pixel in error.values.indices { error.values[pixel] *= weights[0].values[pixel] }
        for (level, weight) in zip(levels, weights).dropFirst() {
            for pixel in error.values.indices { error.values[pixel] += level.values[pixel] * weight.values[pixel] }
        }
        for pixel in error.values.indices { error.values[pixel] /= Float(levels.count) }
        guard let contrastResponse else { return error }
        for (pixel, contrast) in contrasts(reconstruction).enumerated() {
            error.values[pixel] *= contrastResponse.weight(contrast: contrast)
        }
        return error
    }

    private func smoothed(_ error: FloatMap) -> FloatMap {
        let (width, height) = (error.width, error.height)
        let sizes = scoring.boxSizes(shorterSide: min(width, height))
        var map = FloatMap(width: width, height: height, values: [Float](repeating: 0, count: width * height))
        for size in sizes {
            let smooth = MapKernels.boxFiltered(
                error.values, height: height, width: width, size: size, passes: scoring.boxPasses)
            for pixel in smooth.indices { map.values[pixel] += smooth[pixel] / Float(sizes.count) }
        }
        return map
    }

    private func weights(width: Int, height: Int) -> [FloatMap] {
        if let known = weights.first, known.width == width, known.height == height { return weights }
        weights = expectedErrors.map {
            FloatMap(width: width, height: height, values: $0.weights(width: width, height: height))
        }
        return weights
    }
}

/// The squared error of a reconstruction at several levels: of single pixels, and of averages over growing
/// neighbourhoods.
///
/// The residuals of a normal texture resemble noise and cancel in an average. The residuals of a stain or a change of
/// lighting have one sign and remain. A weak, wide defect therefore stands out at a level where single pixels do not
/// show it.
enum ErrorPyramid {
    /// The number of box filter passes. Two passes make a tent filter, which adds no edges.
    private static let passes = 2

    /// A map of the image's size for each level: the squared, locally averaged difference, averaged over channels.
    ///
    /// - Parameter levels: 1 for single pixels. Each further level averages over a square about twice as wide.
    static func maps(_ image: PlanarImage, _ reconstruction: PlanarImage, levels: Int) -> [FloatMap] {
        (0..<levels).map { level in
            let size = side(level: level, shorterSide: min(image.width, image.height))
            let values =
                level == 0
                ? MapKernels.squaredError(image.values, reconstruction.values, channels: image.channels)
                : MapKernels.squaredError(
                    averaged(image, size), averaged(reconstruction, size), channels: image.channels)
            return FloatMap(width: image.width, height: image.height, values: values)
        }
    }

    /// The side of a level's square: 1, 3, 7, 15, ... pixels, limited by the image.
    static func side(level: Int, shorterSide: Int) -> Int {
        level == 0 ? 1 : min((2 << level) - 1, shorterSide - (shorterSide.isMultiple(of: 2) ? 1 : 0))
    }

    private static func averaged(_ image: PlanarImage, _ size: Int) -> [Float] {
        let plane = image.width * image.height
        return (0..<image.channels).flatMap { channel in
            MapKernels.boxFiltered(
                Array(image.values[channel * plane..<(channel + 1) * plane]), height: image.height,
                width: image.width, size: size, passes: passes)
        }
    }
}
