import AnomalyDetection
import Pipeline

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
    /// True if patches outside the object are left out.
    package var foreground: Bool

    package init(
        taps: [String], points: Int, density: PatchDensity, neighbours: Int, variants: Int, foreground: Bool = false
    ) {
        (self.taps, self.points, self.density) = (taps, points, density)
        (self.neighbours, self.variants, self.foreground) = (neighbours, variants, foreground)
    }
}

/// Fills a memory with patches of normal images. Images stream: the stage holds the features of one group of them and
/// of the sample that the memory is chosen from.
package struct FitMemoryStage: Stage {
    package static let name = "memory"
    /// History: 1 = first; 2 = the payload holds covering radii and the images of its points;
    /// patches outside the object may be left out; 3 = objects in light from one side.
    package static let version = 3
    /// The size of the sample that the memory is chosen from, in memories.
    static let candidates = 4

    var memory: MemorySettings
    var samples: SampleSettings
    var engine: EngineChoice

    package init(memory: MemorySettings, samples: SampleSettings, engine: EngineChoice) {
        (self.memory, self.samples, self.engine) = (memory, samples, engine)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let sample = try PatchSample.read(memory, samples, engine, context) { _ in Self.candidates * memory.points }
        let payload = try sample.payload(
            memory, backbone: context.inputDigest("backbone"), seed: samples.seed, context)
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }
}

extension PatchSample {
    /// Reads the training images of a task.
    ///
    /// - Parameter total: returns the wanted number of patches for a number of images.
    static func read(
        _ memory: MemorySettings, _ samples: SampleSettings, _ engine: EngineChoice, _ context: TaskContext,
        total: (Int) throws -> Int
    ) throws -> PatchSample {
        let reader = try FeatureReader(samples, variants: memory.variants, foreground: memory.foreground, context)
        let index = try context.readJSON(TrainingIndex.self, "training")
        let grid = samples.grid, total = try total(index.entries.count)
        return try context.shared(BackboneCache.self).withExtractor(taps: memory.taps, engine, context) { extractor in
            let shape = try extractor.shape(width: grid.tileWidth, height: grid.tileHeight)
            var sample = PatchSample(
                dimensions: shape.dimensions, cellWidth: max(1, grid.tileWidth / shape.columns),
                cellHeight: max(1, grid.tileHeight / shape.rows))
            try reader.forEach(extractor, context) { read in
                sample.add(
                    read.features, read.tiles, patches: reader.sample(read, total: total).sorted(),
                    source: index.entries[read.image].source)
            }
            return sample
        }
    }
}
