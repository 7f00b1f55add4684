import AnomalyDetection
import Pipeline
import SeededRandom
import Tensors

/// The settings of normal distributions, in the words of the manifest.
package struct GaussianSettings: Codable, Equatable, Sendable {
    package enum Place: String, Codable, Sendable, CaseIterable {
        /// A distribution for each place, for objects that always lie at the same place.
        case each
        /// One distribution for all places.
        case all
    }

    /// The taps of the backbone. The finest one sets the grid of patches.
    package var taps: [String]
    /// The maximum number of features, drawn by the seed.
    package var channels: Int
    package var place: Place
    /// The number of times that each training image is read: once unchanged, then augmented.
    package var variants: Int
    /// True if patches outside the object are left out.
    package var foreground: Bool

    package init(taps: [String], channels: Int, place: Place, variants: Int, foreground: Bool = false) {
        (self.taps, self.channels, self.place) = (taps, channels, place)
        (self.variants, self.foreground) = (variants, foreground)
    }
}

/// Fits normal distributions to the features of normal patches.
package struct FitGaussianStage: Stage {
    package static let name = "gaussian"
    /// History: 2 = patches outside the object may be left out; 3 = objects in light from one side.
    package static let version = 3
    /// The constant added to the diagonal of covariances, as in PaDiM: with fewer images than features they are
    /// singular.
    private static let ridge = 0.01

    /// The maximum size of the factors in bytes. Fitting takes three times as much memory.
    private static let maximumBytes = 1 << 30

    var gaussian: GaussianSettings
    var samples: SampleSettings
    var engine: EngineChoice

    package init(gaussian: GaussianSettings, samples: SampleSettings, engine: EngineChoice) {
        (self.gaussian, self.samples, self.engine) = (gaussian, samples, engine)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let reader = try FeatureReader(samples, variants: gaussian.variants, foreground: gaussian.foreground, context)
        let grid = samples.grid
        let payload = try context.shared(BackboneCache.self).withExtractor(taps: gaussian.taps, engine, context) {
            extractor in
            let shape = try extractor.shape(width: grid.tileWidth, height: grid.tileHeight)
            var generator = SeededGenerator(seed: samples.seed, stream: "channels")
            let channels = generator.permutation(shape.dimensions).prefix(gaussian.channels).sorted()
            let patches = grid.count * shape.rows * shape.columns
            let places = gaussian.place == .each ? patches : 1
            let bytes = places * Cholesky.count(channels.count) * MemoryLayout<Float>.size
            guard bytes <= Self.maximumBytes else {
                throw GaussianError.tooLarge(task: "\(context.task)", places: places, channels: channels.count)
            }
            let pool = WorkerPool(workerCount: context.threads)
            defer { pool.stop() }
            let moments = Moments(places: places, channels: channels)
            try reader.forEach(extractor, context) { moments.add($0.features, pool) }
            return GaussianPayload(
                backbone: context.inputDigest("backbone"), taps: gaussian.taps, foreground: gaussian.foreground,
                channels: channels.map(UInt32.init),
                means: moments.means.map(Float.init), factors: try moments.factors(ridge: Self.ridge, context, pool))
        }
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }
}

/// Distributions that cannot be fitted.
enum GaussianError: Error, CustomStringConvertible {
    case tooLarge(task: String, places: Int, channels: Int)
    /// A covariance is not positive definite in floating point.
    case notDefinite(task: String)

    var description: String {
        switch self {
        case .notDefinite(let task):
            "\(task): the features of some place have no covariance that can be inverted, since they are too large or not "
                + "finite; choose other detector.taps, or check the scaling of the input of the backbone"
        case .tooLarge(let task, let places, let channels):
            "\(task): \(places) distributions of \(channels) features take more than 1 GiB; use fewer "
                + "detector.gaussian.channels, coarser detector.taps, smaller images, or detector.gaussian.place \"all\""
        }
    }
}

/// Sums of features and of their products at each place. One worker sums a place, in the order of the images.
private final class Moments {
    private let places: Int
    private let channels: [Int]
    private var counts: [Double]
    private var sums: [Double]
    /// Packed lower triangles.
    private var products: [Double]
    private var size: Int { Cholesky.count(channels.count) }

    init(places: Int, channels: [Int]) {
        (self.places, self.channels) = (places, channels)
        counts = [Double](repeating: 0, count: places)
        sums = [Double](repeating: 0, count: places * channels.count)
        products = [Double](repeating: 0, count: places * Cholesky.count(channels.count))
    }

    var means: [Double] {
        (0..<places).flatMap { place in
            channels.indices.map { sums[place * channels.count + $0] / counts[place] }
        }
    }

    /// Adds the tiles of an image.
    func add(_ tiles: [PatchFeatures], _ pool: WorkerPool) {
        let (dimensions, size) = (channels.count, size)
        unsafe sums.withUnsafeMutableBufferPointer { sums in
            unsafe products.withUnsafeMutableBufferPointer { products in
                let (sums, products) = (sums.baseAddress!, products.baseAddress!)
                func add(_ features: PatchFeatures, _ patch: Int, to place: Int) {
                    for row in 0..<dimensions {
                        let value = Double(features.values[patch * features.dimensions + channels[row]])
                        unsafe sums[place * dimensions + row] += value
                        let start = unsafe products + place * size + Cholesky.count(row)
                        for column in 0...row {
                            unsafe start[column] +=
                                value * Double(features.values[patch * features.dimensions + channels[column]])
                        }
                    }
                }
                for (number, features) in tiles.enumerated() {
                    if places == 1 {
                        for patch in 0..<features.count where features.isInside(patch) { add(features, patch, to: 0) }
                    } else {
                        pool.run(features.rows) { row, _ in
                            for patch in row * features.columns..<(row + 1) * features.columns {
                                add(features, patch, to: number * features.count + patch)
                            }
                        }
                    }
                }
            }
        }
        for (number, features) in tiles.enumerated() {
            // A place has its distribution, whatever lies there.
            for patch in 0..<features.count where places > 1 || features.isInside(patch) {
                counts[places == 1 ? 0 : number * features.count + patch] += 1
            }
        }
    }

    /// The factors of the covariances.
    func factors(ridge: Double, _ context: TaskContext, _ pool: WorkerPool) throws -> [Float] {
        let (dimensions, size, means) = (channels.count, size, means)
        var factors = [Float](repeating: 0, count: places * size)
        var isDefinite = [Bool](repeating: false, count: places)
        unsafe factors.withUnsafeMutableBufferPointer { factors in
            unsafe isDefinite.withUnsafeMutableBufferPointer { isDefinite in
                let (target, flags) = (factors.baseAddress!, isDefinite.baseAddress!)
                pool.run(places) { place, _ in
                    // The covariance of a single image is divided by 1.
                    let count = self.counts[place]
                    var matrix = Array(self.products[place * size..<(place + 1) * size])
                    for row in 0..<dimensions {
                        for column in 0...row {
                            let mean = means[place * dimensions + row] * means[place * dimensions + column]
                            let sum = matrix[Cholesky.count(row) + column] - count * mean
                            matrix[Cholesky.count(row) + column] = sum / max(count - 1, 1) + (row == column ? ridge : 0)
                        }
                    }
                    unsafe flags[place] = Cholesky.factor(&matrix, dimensions: dimensions)
                    for index in 0..<size { unsafe target[place * size + index] = Float(matrix[index]) }
                }
            }
        }
        guard isDefinite.allSatisfy(\.self) else { throw GaussianError.notDefinite(task: "\(context.task)") }
        return factors
    }
}
