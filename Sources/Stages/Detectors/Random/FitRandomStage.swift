import AnomalyDetection
import Pipeline
import SeededRandom
import Tensors

/// The settings of random projections, in the words of the manifest.
package struct RandomSettings: Codable, Equatable, Sendable {
    /// The taps of the backbone. The finest one sets the grid of patches.
    package var taps: [String]
    /// The number of random directions.
    package var directions: Int
    /// The number of times that each training image is read: once unchanged, then augmented.
    package var variants: Int
    /// True if patches outside the object are left out.
    package var foreground: Bool

    package init(taps: [String], directions: Int, variants: Int, foreground: Bool = false) {
        (self.taps, self.directions) = (taps, directions)
        (self.variants, self.foreground) = (variants, foreground)
    }
}

/// Measures the spread of normal patches along random directions.
package struct FitRandomStage: Stage {
    package static let name = "random"
    /// History: 2 = some directions at a time; patches outside the object may be left out; 3 = objects in
    /// light from one side.
    package static let version = 3
    /// The number of patches that medians are taken of; see `FeatureReader.sample`.
    private static let patches = 16_384
    /// The number of directions that patches are projected on at a time, which bounds the memory.
    private static let directionsAtATime = 64

    var random: RandomSettings
    var samples: SampleSettings
    var engine: EngineChoice

    package init(random: RandomSettings, samples: SampleSettings, engine: EngineChoice) {
        (self.random, self.samples, self.engine) = (random, samples, engine)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let reader = try FeatureReader(samples, variants: random.variants, foreground: random.foreground, context)
        let grid = samples.grid
        let payload = try context.shared(BackboneCache.self).withExtractor(taps: random.taps, engine, context) {
            extractor in
            let shape = try extractor.shape(width: grid.tileWidth, height: grid.tileHeight)
            var values: [Float] = []
            try reader.forEach(extractor, context) { read in
                for patch in reader.sample(read, total: Self.patches) {
                    let tile = read.features[patch / (shape.rows * shape.columns)]
                    let place = patch % (shape.rows * shape.columns) * shape.dimensions
                    values += tile.values[place..<place + shape.dimensions]
                }
            }
            try OpenBLAS.load()
            return try Self.fitted(values, shape.dimensions, random, seed: samples.seed, context)
        }
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }

    private static func fitted(
        _ values: [Float], _ dimensions: Int, _ settings: RandomSettings, seed: UInt64, _ context: TaskContext
    ) throws -> RandomPayload {
        var generator = SeededGenerator(seed: seed, stream: "directions")
        var directions: [Float] = []
        for _ in 0..<settings.directions {
            let direction = (0..<dimensions).map { _ in generator.normal() }
            let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            directions += direction.map { $0 / max(length, .leastNormalMagnitude) }
        }
        let count = values.count / dimensions
        var (medians, deviations): ([Float], [Float]) = ([], [])
        for first in stride(from: 0, to: settings.directions, by: directionsAtATime) {
            try context.checkCancellation()
            let some = directions[first * dimensions..<min(first + directionsAtATime, settings.directions) * dimensions]
            let projected = RandomProjection.projected(values[...], some, dimensions: dimensions)
            let width = some.count / dimensions
            for direction in 0..<width {
                let along = (0..<count).map { projected[$0 * width + direction] }
                let median = middle(along)
                medians.append(median)
                deviations.append(max(middle(along.map { abs($0 - median) }), 1e-6))
            }
        }
        return RandomPayload(
            backbone: context.inputDigest("backbone"), taps: settings.taps, foreground: settings.foreground,
            directions: directions, medians: medians,
            deviations: deviations)
    }

    private static func middle(_ values: [Float]) -> Float {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
