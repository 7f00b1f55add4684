import AnomalyDetection
import Imaging
import Tensors

/// Scores patches by how far they lie from normal ones along random directions: random projection outlyingness of deep
/// features (Bauw et al., 2021), with the mean over the directions.
final class RandomDetector: Detector {
    private let payload: RandomPayload
    private let extractor: PatchExtractor
    private let grid: TileGrid
    private let pool: WorkerPool
    /// The number of patches of a piece of work.
    private static let piece = 128

    /// - Throws: `TensorError` if OpenBLAS is missing.
    init(_ payload: RandomPayload, _ extractor: PatchExtractor, grid: TileGrid, threads: Int) throws {
        (self.payload, self.extractor, self.grid) = (payload, extractor, grid)
        try OpenBLAS.load()
        pool = WorkerPool(workerCount: threads)
    }

    deinit { pool.stop() }

    var workers: WorkerPool? { pool }
    var batchSize: Int { grid.imagesAtOnce(threads: pool.workerCount) }

    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] {
        let tiles = try extractor.features(images, grid, foreground: payload.source.foreground).map { tile in
            grid.tileMap(Self.outlyingness(of: tile.values, payload, pool), of: tile)
        }
        return images.indices.map { number in
            DetectorMap(map: grid.joinedMap(Array(tiles[number * grid.count..<(number + 1) * grid.count])))
        }
    }

    /// The mean over the directions of the distance from the median in median absolute deviations.
    ///
    /// - Parameter features: patches x dimensions.
    static func outlyingness(of features: [Float], _ payload: RandomPayload, _ pool: WorkerPool) -> [Float] {
        let (dimensions, count) = (payload.dimensions, payload.count)
        let patches = features.count / dimensions
        var found = [Float](repeating: 0, count: patches)
        unsafe found.withUnsafeMutableBufferPointer { found in
            let target = found.baseAddress!
            pool.run((patches + piece - 1) / piece) { number, _ in
                let rows = number * piece..<min((number + 1) * piece, patches)
                let projected = RandomProjection.projected(
                    features[rows.lowerBound * dimensions..<rows.upperBound * dimensions], payload.directions[...],
                    dimensions: dimensions)
                for (place, row) in rows.enumerated() {
                    var sum: Float = 0
                    for direction in 0..<count {
                        let distance = abs(projected[place * count + direction] - payload.medians[direction])
                        sum += distance / payload.deviations[direction]
                    }
                    unsafe target[row] = sum / Float(count)
                }
            }
        }
        return found
    }
}

/// Products of features and directions.
enum RandomProjection {
    /// - Parameters:
    ///   - features: n x dimensions.
    ///   - directions: m x dimensions.
    /// - Returns: n x m.
    static func projected(_ features: ArraySlice<Float>, _ directions: ArraySlice<Float>, dimensions: Int)
        -> [Float]
    {
        let (rows, columns) = (features.count / dimensions, directions.count / dimensions)
        return unsafe [Float](unsafeUninitializedCapacity: rows * columns) { target, initialized in
            unsafe features.withUnsafeBufferPointer { features in
                unsafe directions.withUnsafeBufferPointer { directions in
                    unsafe OpenBLAS.multiply(
                        transposeB: true, rows: rows, columns: columns, inner: dimensions, a: features.baseAddress!,
                        aStride: dimensions, b: directions.baseAddress!, bStride: dimensions, beta: 0,
                        c: target.baseAddress!, cStride: columns)
                }
            }
            initialized = rows * columns
        }
    }
}
