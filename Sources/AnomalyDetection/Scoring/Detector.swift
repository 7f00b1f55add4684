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
    private let expectedErrors: [ExpectedError]
    private let contrastResponse: ContrastResponse?
    private var weights: [FloatMap] = []

    /// - Parameters:
    ///   - engine: with the parameters of the model loaded, for the grid's tiles.
    ///   - expectedErrors: what each level of the error is divided by; none for maps of plain squared errors.
    public init(
        engine: NetworkEngine, grid: TileGrid, normalization: PixelNormalization, scoring: ScoringParameters,
        expectedErrors: [ExpectedError] = [], contrastResponse: ContrastResponse? = nil
    ) {
        (self.engine, self.grid, self.normalization, self.scoring) = (engine, grid, normalization, scoring)
        (self.expectedErrors, self.contrastResponse) = (expectedErrors, contrastResponse)
    }

    /// For a model whose parameters the engine holds.
    public convenience init(engine: NetworkEngine, model: Model) {
        self.init(
            engine: engine, grid: model.grid, normalization: model.normalization, scoring: model.scoring,
            expectedErrors: model.expectedErrors, contrastResponse: model.contrastResponse)
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

    /// The squared errors of images at each level, mean over channels, as they are: neither smoothed nor normalised.
    public func errors(_ images: [PlanarImage]) -> [[FloatMap]] {
        zip(images, reconstruct(images)).map { ErrorPyramid.maps($0, $1, levels: scoring.levels) }
    }

    /// The same for an image whether it comes alone or among others.
    public func detect(_ images: [PlanarImage]) -> [Detection] {
        zip(images, reconstruct(images)).map { image, reconstruction in
            let map = smoothed(weighed(image, reconstruction))
            return Detection(reconstruction: reconstruction, map: map, score: scoring.score(map.values))
        }
    }

    /// The errors of normal images and the contrasts that they have there, to learn a response from.
    public func add(_ images: [PlanarImage], to samples: inout ContrastResponse.Samples) {
        for (image, reconstruction) in zip(images, reconstruct(images)) {
            samples.add(errors: weighed(image, reconstruction).values, contrasts: contrasts(reconstruction))
        }
    }

    private func contrasts(_ reconstruction: PlanarImage) -> [Float] {
        let size = scoring.boxSizes(shorterSide: min(reconstruction.width, reconstruction.height))[0]
        return ContrastResponse.contrasts(of: reconstruction, boxSize: size)
    }

    /// The mean of the levels of the error, normalised, not yet smoothed.
    private func weighed(_ image: PlanarImage, _ reconstruction: PlanarImage) -> FloatMap {
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
