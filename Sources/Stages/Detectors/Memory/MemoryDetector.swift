import AnomalyDetection
import Imaging
import Tensors
import VerdictStatistics

/// A memory of the features of normal patches: what is far from all of them is anomalous (PatchCore, arXiv 2106.08265).
final class MemoryDetector: Detector {
    private let payload: MemoryPayload
    private let memory: NearestPatches
    private let extractor: PatchExtractor
    private let grid: TileGrid
    private let pool: WorkerPool

    /// - Throws: `TensorError` if OpenBLAS is missing.
    init(_ payload: MemoryPayload, _ extractor: PatchExtractor, grid: TileGrid, threads: Int) throws {
        (self.payload, self.extractor, self.grid) = (payload, extractor, grid)
        memory = try NearestPatches(payload.values, dimensions: payload.dimensions)
        pool = WorkerPool(workerCount: threads)
    }

    deinit { pool.stop() }

    var workers: WorkerPool? { pool }
    var batchSize: Int { grid.imagesAtOnce(threads: pool.workerCount) }

    var scale: ScoreScale { payload.density == .subtract ? .linear : .logarithmic }

    /// The distances of patches to the memory, relative to its density for the score, and a mosaic of the nearest
    /// normal patches.
    func maps(_ images: [PlanarImage]) throws -> [DetectorMap] {
        let tiles = read(try extractor.features(images, grid, foreground: payload.source.foreground))
        return images.indices.map { number in
            let own = tiles[number * grid.count..<(number + 1) * grid.count]
            return DetectorMap(
                map: grid.joinedMap(own.map(\.distances)), picture: grid.joined(own.map(\.picture)),
                scoreMap: payload.density == .none ? nil : grid.joinedMap(own.map(\.relative)))
        }
    }

    /// What the memory knows of a tile.
    private struct Tile {
        /// One channel each, at the tile's size.
        var distances, relative: PlanarImage
        var picture: PlanarImage
    }

    /// Reads several tiles side by side, or the blocks of a single one.
    private func read(_ features: [PatchFeatures]) -> [Tile] {
        guard features.count > 1 else { return features.map { read($0, pool) } }
        var tiles = [Tile?](repeating: nil, count: features.count)
        unsafe tiles.withUnsafeMutableBufferPointer { tiles in
            // Each piece writes its own element.
            let target = tiles.baseAddress!
            pool.run(features.count) { number, _ in unsafe target[number] = self.read(features[number], nil) }
        }
        return tiles.compactMap(\.self)
    }

    private func read(_ tile: PatchFeatures, _ pool: WorkerPool?) -> Tile {
        var features = tile.values
        payload.standardise(&features)
        let nearest = memory.nearest(features, pool)
        // Patches that are left out count as equal to the memory, where it is least dense.
        let sparsest = payload.densities.max() ?? 1
        func map(_ value: (_ distance: Float, _ density: Float) -> Float) -> PlanarImage {
            grid.tileMap(
                nearest.map { value($0.distance, payload.densities[$0.point]) }, of: tile, floor: value(0, sparsest))
        }
        let distances = map { distance, _ in distance }
        let relative =
            switch payload.density {
            case .none: distances
            case .subtract: map { $0 - $1 }
            case .divide: map { $0 / $1 }
            }
        return Tile(
            distances: distances, relative: relative,
            picture: mosaic(nearest.map(\.point), rows: tile.rows, columns: tile.columns))
    }

    /// The pictures of memory points in the place of patches.
    private func mosaic(_ points: [Int], rows: Int, columns: Int) -> PlanarImage {
        let (width, height) = (grid.tileWidth, grid.tileHeight)
        let (cellWidth, cellHeight) = (payload.cellWidth, payload.cellHeight)
        var image = PlanarImage(width: width, height: height, channels: 3, repeating: 0)
        for y in 0..<height {
            let row = y * rows / height
            let cellY = min(y - (row * height + rows - 1) / rows, cellHeight - 1)
            for x in 0..<width {
                let column = x * columns / width
                let cellX = min(x - (column * width + columns - 1) / columns, cellWidth - 1)
                let start = points[row * columns + column] * payload.cellBytes
                for channel in 0..<3 {
                    image.values[(channel * height + y) * width + x] =
                        Float(payload.cells[start + (channel * cellHeight + cellY) * cellWidth + cellX]) / 255
                }
            }
        }
        return image
    }
}
