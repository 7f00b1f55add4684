import Imaging
import NeuralNetworks
import Tensors

/// The filter that removes anomalies: what the network changes in an image is its anomaly.
///
/// Images have the grid's size. The network sees them averaged over squares, if the payload says so; its input size is
/// that of the tiles of what remains.
public final class Autoencoder: Projection {
    let engine: NetworkEngine
    let payload: AutoencoderPayload
    /// The grid of the images that the network sees.
    private let grid: TileGrid
    private let scoring: ScoringParameters
    private var weights: [FloatMap] = []
    private var normalization: PixelNormalization { payload.normalization }
    public var workers: WorkerPool? { engine.workerPool }
    public var batchSize: Int { grid.imagesAtOnce(threads: engine.workerCount) }

    /// Loads the parameters of the payload into the engine.
    ///
    /// - Parameters:
    ///   - engine: an engine for the tiles of the grid, reduced as the payload says.
    ///   - grid: that of the images.
    public init(
        engine: NetworkEngine, _ payload: AutoencoderPayload, grid: TileGrid, scoring: ScoringParameters
    ) throws {
        (self.engine, self.payload, self.scoring) = (engine, payload, scoring)
        self.grid = grid.reduced(by: payload.reduction)
        try engine.load(payload.parameters)
    }

    public func untrained<Value>(seed: UInt64, _ body: (any Projection) throws -> Value) throws -> Value {
        try engine.load(payload.network.initialParameters(seed: seed))
        let result = Result { try body(self) }
        try engine.load(payload.parameters)
        return try result.get()
    }

    /// The reconstructions of images, at their size.
    public func reconstruct(_ images: [PlanarImage]) -> [PlanarImage] {
        zip(images, seen(images)).map { $1.picture.resized(width: $0.width, height: $0.height) }
    }

    /// Images of the grid, at the size that the network sees.
    func reduced(_ images: [PlanarImage]) -> [PlanarImage] {
        engine.workerPool.map(images) { [grid] in $0.resized(width: grid.width, height: grid.height) }
    }

    /// The tiles of reduced images as the network sees them.
    func views(_ reduced: [PlanarImage]) -> [NetworkView] {
        engine.workerPool.map(reduced.flatMap(grid.tiles)) { [payload] in
            payload.input.view($0, payload.normalization)
        }
    }

    /// The network's inputs: the normalised tiles.
    func inputs(_ views: [NetworkView]) -> [[Float]] {
        engine.workerPool.map(views) { [normalization] in normalization.normalized($0.image.values) }
    }

    /// An image in the form that the network sees, and its reconstruction in that form and as pixels. Outside the
    /// region of interest, all are equal.
    private struct Seen {
        var image, reconstruction, picture: PlanarImage
    }

    private func seen(_ images: [PlanarImage]) -> [Seen] {
        let (grid, payload, pool) = (grid, payload, engine.workerPool)
        let reduced = reduced(images)
        let views = views(reduced)
        let answers = engine.reconstruct(inputs(views))
        return pool.map(Array(reduced.indices)) { number in
            let own = number * grid.count..<(number + 1) * grid.count
            let region = reduced[number].regionOfInterest
            func joined(_ tiles: [PlanarImage]) -> PlanarImage { grid.joined(tiles).restricted(to: region) }
            let tiles = answers[own].map { values in
                PlanarImage(
                    width: grid.tileWidth, height: grid.tileHeight, channels: 3,
                    values: payload.normalization.restored(values))
            }
            let reconstruction = joined(tiles)
            // Tiles that are joined again differ from the image in the last bits.
            guard payload.input != .pixels else {
                return Seen(image: reduced[number], reconstruction: reconstruction, picture: reconstruction)
            }
            return Seen(
                image: joined(views[own].map(\.image)), reconstruction: reconstruction,
                picture: joined(zip(views[own], tiles).map { $0.picture($1, payload.normalization) }))
        }
    }

    /// The raw squared errors of images at each level, averaged over channels: neither normalised nor smoothed. At the
    /// size that the network sees, as is the region of interest.
    public func errors(_ images: [PlanarImage]) -> [(levels: [FloatMap], region: [UInt8]?)] {
        engine.workerPool.map(seen(images)) { [scoring] in
            (ErrorPyramid.maps($0.image, $0.reconstruction, levels: scoring.levels), $0.image.regionOfInterest)
        }
    }

    /// The normalised squared errors, averaged over channels, with the reconstructions as pictures.
    public func maps(_ images: [PlanarImage]) -> [DetectorMap] {
        let pairs = Array(zip(images, seen(images)))
        // Made here, because several threads read them.
        if let first = pairs.first?.1.image { _ = weights(width: first.width, height: first.height) }
        return engine.workerPool.map(pairs) { [self] whole, seen in
            let (width, height) = (whole.width, whole.height)
            let map = normalizedError(seen.image, seen.reconstruction)
            return DetectorMap(
                map: map.resized(width: width, height: height),
                picture: seen.picture.resized(width: width, height: height))
        }
    }

    /// Adds the errors and contrasts of normal images to the samples of a response.
    public func add(_ images: [PlanarImage], to samples: inout ContrastResponse.Samples) {
        for seen in seen(images) {
            let (image, reconstruction) = (seen.image, seen.reconstruction)
            let error = normalizedError(image, reconstruction)
            let contrasts = FloatMap(width: error.width, height: error.height, values: contrasts(reconstruction))
            samples.add(
                errors: error.inside(image.regionOfInterest), contrasts: contrasts.inside(image.regionOfInterest))
        }
    }

    private func contrasts(_ reconstruction: PlanarImage) -> [Float] {
        let size = payload.contrastBoxSize(scoring, width: reconstruction.width, height: reconstruction.height)
        return ContrastResponse.contrasts(of: reconstruction, boxSize: size)
    }

    /// The normalised error, averaged over levels, before smoothing.
    private func normalizedError(_ image: PlanarImage, _ reconstruction: PlanarImage) -> FloatMap {
        let levels = ErrorPyramid.maps(image, reconstruction, levels: scoring.levels)
        var error = levels[0]
        guard !payload.expectedErrors.isEmpty else { return error }
        let weights = weights(width: error.width, height: error.height)
        for pixel in error.values.indices { error.values[pixel] *= weights[0].values[pixel] }
        for (level, weight) in zip(levels, weights).dropFirst() {
            for pixel in error.values.indices { error.values[pixel] += level.values[pixel] * weight.values[pixel] }
        }
        for pixel in error.values.indices { error.values[pixel] /= Float(levels.count) }
        guard let contrastResponse = payload.contrastResponse else { return error }
        for (pixel, contrast) in contrasts(reconstruction).enumerated() {
            error.values[pixel] *= contrastResponse.weight(contrast: contrast)
        }
        return error
    }

    private func weights(width: Int, height: Int) -> [FloatMap] {
        if let known = weights.first, known.width == width, known.height == height { return weights }
        weights = payload.expectedErrors.map {
            FloatMap(width: width, height: height, values: $0.weights(width: width, height: height))
        }
        return weights
    }
}
