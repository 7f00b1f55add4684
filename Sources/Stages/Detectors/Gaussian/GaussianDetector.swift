import AnomalyDetection
import BinaryCoding
import ContentStore
import Imaging
import Pipeline
import Tensors

/// Scores patches by their Mahalanobis distance from normal ones: at the same place (PaDiM, arXiv 2011.08785) or at all
/// places (arXiv 2005.14140).
final class GaussianDetector: Detector {
    private let payload: GaussianPayload
    private let extractor: PatchExtractor
    private let grid: TileGrid
    private let pool: WorkerPool

    init(_ payload: GaussianPayload, _ extractor: PatchExtractor, grid: TileGrid, threads: Int) {
        (self.payload, self.extractor, self.grid) = (payload, extractor, grid)
        pool = WorkerPool(workerCount: threads)
    }

    deinit { pool.stop() }

    var workers: WorkerPool? { pool }
    var batchSize: Int { grid.imagesAtOnce(threads: pool.workerCount) }

    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] {
        let tiles = try extractor.features(images, grid, foreground: payload.source.foreground)
        let found = tiles.enumerated().map { map(of: $1, tile: $0 % grid.count) }
        return images.indices.map { number in
            DetectorMap(map: grid.joinedMap(Array(found[number * grid.count..<(number + 1) * grid.count])))
        }
    }

    /// - Parameter tile: the number of the tile in its image.
    private func map(of features: PatchFeatures, tile: Int) -> PlanarImage {
        let (payload, size) = (payload, Cholesky.count(payload.dimensions))
        let first = payload.places == 1 ? 0 : tile * features.count
        var distances = [Float](repeating: 0, count: features.count)
        unsafe distances.withUnsafeMutableBufferPointer { distances in
            let target = distances.baseAddress!
            pool.run(features.rows) { row, _ in
                var vector = [Float](repeating: 0, count: payload.dimensions)
                for patch in row * features.columns..<(row + 1) * features.columns {
                    let place = payload.places == 1 ? 0 : first + patch
                    for (index, channel) in payload.channels.enumerated() {
                        vector[index] =
                            features.values[patch * features.dimensions + Int(channel)]
                            - payload.means[place * payload.dimensions + index]
                    }
                    let square = unsafe payload.factors.withUnsafeBufferPointer { factors in
                        unsafe vector.withUnsafeMutableBufferPointer { vector in
                            unsafe Cholesky.squaredLength(
                                factors.baseAddress! + place * size, vector.baseAddress!, payload.dimensions)
                        }
                    }
                    unsafe target[patch] = square.squareRoot()
                }
            }
        }
        return grid.tileMap(distances, of: features)
    }
}

/// Normal distributions of the features of normal patches, from a pretrained network.
package enum GaussianKind: DetectorKind {
    package static let name = "gaussian"
    package static let explanation =
        "It compares each patch of an image with the distribution of normal patches, by features of a pretrained network."
    /// The distributions fit training images better than new ones.
    package static let hasComparableTrainingScores = false

    package static func withDetector<Result>(
        _ payload: DetectorPayload, _ context: TaskContext, _ body: (any Detector) throws -> Result
    ) throws -> Result {
        let model = try GaussianPayload(bytes: payload.bytes, name: "\(context.task) detector")
        try context.requireBackbone(model.source.backbone)
        return try context.shared(BackboneCache.self).withExtractor(taps: model.source.taps, payload.engine, context) {
            let grid = payload.grid
            let shape = try $0.shape(width: grid.tileWidth, height: grid.tileHeight)
            guard model.places == 1 || model.places == grid.count * shape.rows * shape.columns,
                model.channels.allSatisfy({ $0 < shape.dimensions })
            else {
                throw FormatError.damaged(
                    "\(context.task) detector",
                    what: "\(model.places) places for images of \(grid.count * shape.rows * shape.columns)")
            }
            return try body(GaussianDetector(model, $0, grid: grid, threads: context.threads))
        }
    }

    package static func backbone(of payload: [UInt8], name: String) throws -> Digest? {
        try GaussianPayload(bytes: payload, name: name).source.backbone
    }

    package static func facts(_ payload: [UInt8], name: String) throws -> [DetectorFact] {
        let model = try GaussianPayload(bytes: payload, name: name)
        return model.source.facts + [
            DetectorFact(label: "Channels", value: "\(model.dimensions)"),
            DetectorFact(label: "Places", value: model.places == 1 ? "all together" : "\(model.places)"),
        ]
    }
}
