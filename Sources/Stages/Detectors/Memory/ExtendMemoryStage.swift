import AnomalyDetection
import BinaryCoding
import ContentStore
import Imaging
import Pipeline
import Tensors

/// Adds to the memory of a finished model the patches of new images that it does not cover.
///
/// Inputs: `model`, `training` (the new images), `normals` (a sample of all images, which sets the number of patches
/// for each), `colour` and `backbone`.
package struct ExtendMemoryStage: Stage {
    package static let name = "extendMemory"
    /// History: 1 = first; 2 = objects in light from one side.
    package static let version = 2

    var memory: MemorySettings
    var samples: SampleSettings
    var engine: EngineChoice

    package init(memory: MemorySettings, samples: SampleSettings, engine: EngineChoice) {
        (self.memory, self.samples, self.engine) = (memory, samples, engine)
    }

    package var outputs: [String] { ["detector", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        let former = try MemoryPayload(bytes: model.payload, name: "\(context.task) model")
        try context.requireBackbone(former.source.backbone)
        let all = try context.readJSON(TrainingIndex.self, "normals").entries.count
        // As many patches of each image as if the memory were filled from all of them.
        let sample = try PatchSample.read(memory, samples, engine, context) { new in
            FitMemoryStage.candidates * memory.points * min(new, all) / max(1, all)
        }
        guard sample.dimensions == former.dimensions, sample.cellWidth == former.cellWidth,
            sample.cellHeight == former.cellHeight
        else {
            throw FormatError.damaged(
                "\(context.task) model",
                what: "a memory of \(former.dimensions) dimensions, where its taps give \(sample.dimensions)")
        }
        try OpenBLAS.load()
        let pool = WorkerPool(workerCount: context.threads)
        defer { pool.stop() }
        let payload = try former.extended(
            by: sample, from: context.inputDigest("model"), most: memory.points, pool
        ) { try context.checkCancellation() }
        if let words = payload.extended?.words { context.log(words) }
        try context.write(payload.bytes, to: "detector")
        try context.writeJSON([TrainingPoint](), to: "training.json")
    }

    /// True if new patches fit into the memory of a model: the same features of the same images, and the same density.
    package func extends(
        _ model: Model, backbone: Digest, range: SampleRange?, colour: ColourRendering?, frame: ObjectFrame?,
        region: RegionOfInterest? = nil
    ) throws -> Bool {
        guard model.kind == MemoryKind.name, model.grid == samples.grid, model.range == range, model.frame == frame,
            model.colour == colour, model.region == region
        else { return false }
        let former = try MemoryPayload(bytes: model.payload, name: "the model in production")
        return former.source == FeatureSource(backbone: backbone, taps: memory.taps, foreground: memory.foreground)
            && former.density == memory.density && former.neighbours == memory.neighbours
    }
}

extension MemoryPayload {
    /// The memory with the patches that it does not cover, chosen until all lie within its covering radius.
    ///
    /// If there is no room for them, the last points leave, which the others cover best. Their covering radius is then
    /// the larger one of the points that stay, so fewer patches need points. At least half of `most` stay; if the
    /// patches need more than the other half, some lie outside the radius, which is larger then.
    func extended(
        by sample: PatchSample, from model: Digest, most: Int, _ pool: WorkerPool, check: () throws -> Void
    ) throws -> MemoryPayload {
        var patches = sample.values
        standardise(&patches)
        let total = sample.sources.count
        var kept = min(count, most)
        var uncovered: [Int] = []
        var chosen: [(point: Int, square: Float)] = []
        while true {
            try check()
            let radius = radii[kept - 1]
            let nearest = try NearestPatches(Array(values[..<(kept * dimensions)]), dimensions: dimensions)
                .nearest(patches, pool)
            uncovered = nearest.indices.filter { nearest[$0].distance > radius }
            var squares = uncovered.map { nearest[$0].distance * nearest[$0].distance }
            let far = uncovered.flatMap { patches[$0 * dimensions..<($0 + 1) * dimensions] }
            let isLast = kept <= max(1, most / 2)
            chosen = try Coreset.cover(
                &squares, far, dimensions: dimensions, within: radius, most: isLast ? most - kept : .max, pool,
                check: check)
            guard !isLast, kept + chosen.count > most else { break }
            kept = max(most / 2, 1, most - chosen.count)
        }
        let added = chosen.map { uncovered[$0.point] }
        var grown = try joined(kept, sample, patches, added, levels: chosen.map { $0.square.squareRoot() }, pool, check)
        grown.extended = MemoryExtension(
            startedFrom: model, sampled: total, covered: total - uncovered.count, added: added.count,
            dropped: count - kept)
        return grown
    }

    /// The first `kept` points and those of a sample, in the order of the covering radius before each.
    ///
    /// - Parameter levels: the distance of each added point to the points before it; never rises.
    private func joined(
        _ kept: Int, _ sample: PatchSample, _ patches: [Float], _ added: [Int], levels: [Float], _ pool: WorkerPool,
        _ check: () throws -> Void
    ) throws -> MemoryPayload {
        let near = try NearestPatches(patches + values[..<(kept * dimensions)], dimensions: dimensions)
        let addedDensities = near.meanDistances(of: added, neighbours: neighbours, pool)
        var grown = self
        (grown.values, grown.densities, grown.cells) = ([], [], [])
        var sources: [Digest] = []
        // The covering radius that the earlier points alone give the earlier patches, for the points up to each one.
        var earlier: [Float] = []
        var (old, new) = (0, 0)
        while old < kept || new < added.count {
            let isOld = new == added.count || (old < kept && (old == 0 || radii[old - 1] >= levels[new]))
            if isOld {
                grown.values += values[old * dimensions..<(old + 1) * dimensions]
                grown.cells += cells[old * cellBytes..<(old + 1) * cellBytes]
                grown.densities.append(densities[old])
                sources.append(images[Int(owners[old])])
                old += 1
            } else {
                let patch = added[new]
                grown.values += patches[patch * dimensions..<(patch + 1) * dimensions]
                grown.cells += sample.cells[patch * cellBytes..<(patch + 1) * cellBytes]
                grown.densities.append(addedDensities[new])
                sources.append(sample.sources[patch])
                new += 1
            }
            earlier.append(radii[old - 1])
        }
        grown.name(sources)
        let later = try NearestPatches(grown.values, dimensions: dimensions)
            .coveringRadii(of: patches, pool, check: check)
        grown.radii = zip(earlier, later).map { max($0, $1) }
        return grown
    }
}
