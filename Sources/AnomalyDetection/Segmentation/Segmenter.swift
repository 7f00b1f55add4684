import Glibc
import Imaging
import NeuralNetworks
import Tensors

/// The detector that asks a second network which differences between an image and its reconstruction are defects
/// (DRAEM, Zavrtanik et al., ICCV 2021).
///
/// Images have the grid's size. The networks see them as the autoencoder does.
public final class Segmenter: Detector {
    private let autoencoder, segmentation: NetworkEngine
    private let payload: SegmentationPayload
    /// The grid of the images that the networks see.
    private let grid: TileGrid
    public var workers: WorkerPool? { autoencoder.workerPool }
    public var batchSize: Int { grid.imagesAtOnce(threads: autoencoder.workerCount) }

    /// Loads the parameters of the payload into the engines.
    ///
    /// - Parameters:
    ///   - autoencoder, segmentation: engines for the tiles of the grid, reduced as the payload says.
    ///   - grid: that of the images.
    public init(
        autoencoder: NetworkEngine, segmentation: NetworkEngine, _ payload: SegmentationPayload, grid: TileGrid
    ) throws {
        (self.autoencoder, self.segmentation) = (autoencoder, segmentation)
        (self.payload, self.grid) = (payload, grid.reduced(by: payload.autoencoder.reduction))
        try autoencoder.load(payload.autoencoder.parameters)
        try segmentation.load(payload.parameters)
    }

    /// The logarithm of 1 + odds of a defect, with the reconstructions as pictures. It is above 0, for small
    /// probabilities equal to the odds, and does not saturate for large ones.
    public func maps(_ images: [PlanarImage]) -> [DetectorMap] {
        let (grid, normalization, pool) = (grid, payload.autoencoder.normalization, autoencoder.workerPool)
        let tiles = pool.map(images) { grid.tiles(of: $0.resized(width: grid.width, height: grid.height)) }
        let views = pool.map(tiles.flatMap(\.self)) { [payload] in
            payload.autoencoder.input.view($0, normalization)
        }
        let inputs = pool.map(views) { normalization.normalized($0.image.values) }
        let reconstructions = autoencoder.reconstruct(inputs)
        let logits = segmentation.reconstruct(
            pool.map(Array(zip(inputs, reconstructions)), NetworkDescription.segmentationInput))
        return pool.map(Array(images.enumerated())) { number, image in
            let own = number * grid.count..<(number + 1) * grid.count
            func tile(_ values: [Float], channels: Int) -> PlanarImage {
                PlanarImage(width: grid.tileWidth, height: grid.tileHeight, channels: channels, values: values)
            }
            let map = grid.joined(
                own.map { tile(logits[$0].map { max($0, 0) + log1pf(expf(-abs($0))) }, channels: 1) })
            let picture = grid.joined(
                own.map {
                    let reconstruction = tile(normalization.restored(reconstructions[$0]), channels: 3)
                    return views[$0].picture(reconstruction, normalization)
                })
            return DetectorMap(
                map: FloatMap(width: map.width, height: map.height, values: map.values)
                    .resized(width: image.width, height: image.height),
                picture: picture.resized(width: image.width, height: image.height))
        }
    }
}
