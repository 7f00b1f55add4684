import AnomalyDetection
import ContentStore
import Imaging
import Pipeline
import Tensors

/// A sample of the patches of training images, with the statistics of all of them.
struct PatchSample {
    let dimensions, cellWidth, cellHeight: Int
    private var sums, squares: [Double]
    private var total = 0
    private(set) var values: [Float] = []
    private(set) var cells: [UInt8] = []
    /// The image file of each patch.
    private(set) var sources: [Digest] = []

    init(dimensions: Int, cellWidth: Int, cellHeight: Int) {
        (self.dimensions, self.cellWidth, self.cellHeight) = (dimensions, cellWidth, cellHeight)
        sums = [Double](repeating: 0, count: dimensions)
        squares = sums
    }

    /// Adds an image.
    ///
    /// - Parameters:
    ///   - features: the features of its tiles.
    ///   - patches: the numbers of the patches to keep, counted over all tiles.
    ///   - source: the digest of its file.
    mutating func add(_ features: [PatchFeatures], _ tiles: [PlanarImage], patches: [Int], source: Digest) {
        for tile in features {
            for patch in 0..<tile.count where tile.isInside(patch) {
                let start = patch * dimensions
                total += 1
                for dimension in 0..<dimensions {
                    let value = Double(tile.values[start + dimension])
                    sums[dimension] += value
                    squares[dimension] += value * value
                }
            }
        }
        for patch in patches {
            let number = patch / features[0].count, place = patch % features[0].count
            let tile = features[number]
            values += tile.values[place * dimensions..<(place + 1) * dimensions]
            sources.append(source)
            add(cellOf: tiles[number], place / tile.columns, place % tile.columns, tile)
        }
    }

    private mutating func add(cellOf tile: PlanarImage, _ row: Int, _ column: Int, _ features: PatchFeatures) {
        let top = row * tile.height / features.rows, left = column * tile.width / features.columns
        for channel in 0..<3 {
            for y in 0..<cellHeight {
                let start = (channel * tile.height + min(top + y, tile.height - 1)) * tile.width
                for x in 0..<cellWidth {
                    let value = tile.values[start + min(left + x, tile.width - 1)]
                    cells.append(UInt8(max(0, min(255, (value * 255).rounded()))))
                }
            }
        }
    }

    /// The memory that is chosen from the sample.
    func payload(
        _ settings: MemorySettings, backbone: Digest, seed: UInt64, _ context: TaskContext
    ) throws -> MemoryPayload {
        let mean = sums.map { Float($0 / Double(total)) }
        let deviation = zip(sums, squares).map { sum, square in
            let mean = sum / Double(total)
            return Float(max(square / Double(total) - mean * mean, 1e-12).squareRoot())
        }
        var payload = MemoryPayload(
            backbone: backbone, taps: settings.taps, foreground: settings.foreground, density: settings.density,
            neighbours: settings.neighbours, mean: mean, deviation: deviation, values: [], densities: [], radii: [],
            images: [], owners: [],
            cellWidth: cellWidth, cellHeight: cellHeight, cells: [])
        var standardised = values
        payload.standardise(&standardised)
        try OpenBLAS.load()
        let pool = WorkerPool(workerCount: context.threads)
        defer { pool.stop() }
        func check() throws { try context.checkCancellation() }
        let chosen = try Coreset.choose(
            settings.points, from: standardised, dimensions: dimensions, seed: seed, pool, check: check)
        for point in chosen {
            payload.values += standardised[point * dimensions..<(point + 1) * dimensions]
            payload.cells += cells[point * payload.cellBytes..<(point + 1) * payload.cellBytes]
        }
        payload.name(chosen.map { sources[$0] })
        payload.radii = try NearestPatches(payload.values, dimensions: dimensions)
            .coveringRadii(of: standardised, pool, check: check)
        let all = try NearestPatches(standardised, dimensions: dimensions)
        for start in stride(from: 0, to: chosen.count, by: 256) {
            try check()
            payload.densities += all.meanDistances(
                of: Array(chosen[start..<min(start + 256, chosen.count)]), neighbours: settings.neighbours, pool)
        }
        return payload
    }
}
