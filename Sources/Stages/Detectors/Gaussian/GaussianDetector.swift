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
