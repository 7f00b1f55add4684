import AnomalyDetection
import Imaging
import Pipeline
import Tensors

/// The settings of a memory, in the words of the manifest.
package struct MemorySettings: Codable, Equatable, Sendable {
    /// The taps of the backbone. The finest one sets the grid of patches.
    package var taps: [String]
    /// The maximum number of patches in the memory.
    package var points: Int
    package var density: PatchDensity
    /// The number of neighbours that a density is measured by.
    package var neighbours: Int
    /// The number of times that each training image is read: once unchanged, then augmented.
    package var variants: Int

    package init(taps: [String], points: Int, density: PatchDensity, neighbours: Int, variants: Int) {
        (self.taps, self.points, self.density) = (taps, points, density)
        (self.neighbours, self.variants) = (neighbours, variants)
    }
}

/// Fills a memory with patches of normal images. Images stream: the stage holds the features of one group of them and of
/// the sample that the memory is chosen from.
package struct FitMemoryStage: Stage {
    package static let name = "memory"
    package static let version = 1
    /// The number of images at a time.
    private static let group = 8
    /// The size of the sample that the memory is chosen from, in memories.
    private static let candidates = 4

    var memory: MemorySettings
    var samples: SampleSettings
    var engine: EngineChoice

    package init(memory: MemorySettings, samples: SampleSettings, engine: EngineChoice) {
        (self.memory, self.samples, self.engine) = (memory, samples, engine)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let images = try TrainingImages(
            try context.readJSON(TrainingIndex.self, "training"), context, samples.grid)
        let payload = try context.shared(BackboneCache.self).withExtractor(taps: memory.taps, engine, context) {
            try fit(images, $0, context)
        }
        try images.requireReadable()
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }

    private func fit(
        _ images: TrainingImages, _ extractor: PatchExtractor, _ context: TaskContext
    ) throws -> MemoryPayload {
        let augmentation = try samples.augmentation(for: context)
        let variants = augmentation.changesImages ? memory.variants : 1
        let grid = samples.grid
        let shape = try extractor.shape(width: grid.tileWidth, height: grid.tileHeight)
        var sample = PatchSample(
            dimensions: shape.dimensions, cellWidth: max(1, grid.tileWidth / shape.columns),
            cellHeight: max(1, grid.tileHeight / shape.rows))
        let reads = (0..<variants).flatMap { variant in (0..<images.count).map { ($0, variant) } }
        let share = (Self.candidates * memory.points + reads.count - 1) / reads.count
        for first in stride(from: 0, to: reads.count, by: Self.group) {
            try context.checkCancellation()
            let batch = reads[first..<min(first + Self.group, reads.count)]
            let tiles = batch.flatMap { grid.tiles(of: augmentation.variant($0.1, of: images, $0.0, samples.seed)) }
            let features = try extractor.features(tiles)
            for (number, (image, variant)) in batch.enumerated() {
                let own = number * grid.count..<(number + 1) * grid.count
                var generator = images.generator(image: image, variant: variant, seed: samples.seed)
                let patches = generator.permutation(grid.count * shape.rows * shape.columns).prefix(share)
                sample.add(Array(features[own]), Array(tiles[own]), patches: patches.sorted())
            }
            context.progress(min(first + Self.group, reads.count), of: reads.count, unit: "images")
        }
        return try sample.payload(memory, backbone: context.inputDigest("backbone"), seed: samples.seed, context)
    }
}
