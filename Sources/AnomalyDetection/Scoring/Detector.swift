import Imaging
import NeuralNetworks
import Tensors

/// What a network makes of one image.
public struct Detection: Sendable {
    /// The image as the network would have it, at the network's size.
    public var reconstruction: PlanarImage
    /// Squared error, mean over channels, smoothed; at the network's size.
    public var map: FloatMap
    public var score: Float
}

/// Scores images of the network's size.
public final class Detector {
    private let engine: NetworkEngine
    private let normalization: PixelNormalization
    private let scoring: ScoringParameters

    /// - Parameter engine: with the parameters of the model loaded.
    public init(engine: NetworkEngine, normalization: PixelNormalization, scoring: ScoringParameters) {
        (self.engine, self.normalization, self.scoring) = (engine, normalization, scoring)
    }

    /// The same for an image whether it comes alone or among others.
    public func detect(_ images: [PlanarImage]) -> [Detection] {
        let reconstructions = engine.reconstruct(images.map { normalization.normalized($0.values) })
            .map(normalization.restored)
        return zip(images, reconstructions).map { image, reconstruction in
            let error = MapKernels.squaredError(image.values, reconstruction, channels: image.channels)
            let map = MapKernels.boxFiltered(
                error, height: image.height, width: image.width, size: scoring.boxSize, passes: scoring.boxPasses)
            return Detection(
                reconstruction: PlanarImage(
                    width: image.width, height: image.height, channels: 3, values: reconstruction),
                map: FloatMap(width: image.width, height: image.height, values: map), score: scoring.score(map))
        }
    }
}
