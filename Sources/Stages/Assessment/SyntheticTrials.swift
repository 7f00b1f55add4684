import AnomalyDetection
import ContentStore
import Imaging
import Pipeline

/// A deterministic set of synthetic defects in held-out normal images, made by all corruption models with default
/// parameters. The corruption model used in training contributes a quarter of them.
///
/// All models corrupt the same images, which makes their results comparable. Only the changes are stored; images are
/// computed on demand.
package struct SyntheticTrials {
    struct Trial {
        var kind: CorruptionKind
        /// The index of the held-out image.
        var image: Int
        fileprivate var sample: CorruptionShard.Sample
    }

    /// The number of trials of small images; few images are corrupted several times to reach it. Between detectors
    /// that find nearly as much, 64 decide by chance: the standard error of an image AUROC is 0.03 then.
    private static let wanted = 256
    /// The number of pixels that are scored: of large images, fewer trials are made, but no fewer than `fewest`.
    private static let pixels = 1 << 26, fewest = 64
    /// The maximum number of clean images, to bound the time.
    static let imageLimit = 64

    let trials: [Trial]
    /// The number of clean images.
    let cleanCount: Int
    private let images: TrainingImages

    /// - Parameters:
    ///   - images: held-out normal images, at least one.
    ///   - normals: the source of patches of other normal images.
    ///   - isGrey: true if the data set is grey.
    ///   - seed: other seeds give other defects.
    init(
        images: TrainingImages, normals: any ImageSource, textures: (any ImageSource)?, isGrey: Bool,
        seed: UInt64 = 0, check: () throws -> Void
    ) rethrows {
        self.images = images
        let wanted = Self.wanted(width: images.width, height: images.height)
        cleanCount = min(images.count, SyntheticTrials.imageLimit)
        let kinds = CorruptionKind.allCases
        let models = kinds.map { kind in
            CorruptionModel(
                parameters: CorruptionParameters(model: kind, cleanFraction: 0, foregroundOnly: true, isGrey: isGrey),
                normals: normals, textures: textures)
        }
        // Images are sorted by digest, so the first ones are a random sample.
        let count = min(images.count, wanted / kinds.count)
        let rounds = (wanted + kinds.count * count - 1) / (kinds.count * count)
        var drawn: [[Trial?]] = []
        var foregrounds: [Int: [UInt8]] = [:]
        for round in 0..<rounds {
            for image in 0..<count {
                let clean = images.image(at: image)
                let foreground = foregrounds[image] ?? ForegroundEstimator().foreground(of: clean)
                foregrounds[image] = foreground
                var row: [Trial?] = []
                for (number, kind) in kinds.enumerated() {
                    try check()
                    let variant = round * kinds.count + number
                    var generator = images.generator(image: image, variant: variant, seed: seed)
                    let sample = models[number].corrupt(clean, foreground: foreground, using: &generator)
                    row.append(
                        sample.mask.contains(1)
                            ? Trial(
                                kind: kind, image: image,
                                sample: CorruptionShard.Sample(image: image, variant: variant, sample)) : nil)
                }
                drawn.append(row)
            }
        }
        trials = SyntheticTrials.balanced(drawn)
    }

    /// The defects of a task's held-out images. Inputs: `training`, the source of patches, `colour`, perhaps
    /// `textures`.
    init(
        _ context: TaskContext, _ images: TrainingImages, _ grid: TileGrid, seed: UInt64 = 0
    ) throws {
        let isGrey = try context.readJSON(DataSetColour.self, "colour").isGrey
        let textures =
            try context.hasInput("textures")
            ? TextureImages(context.readJSON([Digest].self, "textures"), context) : nil
        let normals = try context.shared(TrainingImageCache.self).images("training", context, grid)
        func requireReadable() throws {
            try images.requireReadable()
            try normals.requireReadable()
            try textures?.requireReadable()
        }
        try self.init(
            images: images, normals: normals, textures: textures, isGrey: isGrey, seed: seed
        ) {
            try context.checkCancellation()
            try requireReadable()
        }
        try requireReadable()
    }

    package static func wanted(width: Int, height: Int) -> Int {
        min(wanted, max(fewest, pixels / (width * height)))
    }

    /// Drops models that corrupted fewer than half of the images visibly, then images that a remaining model did not
    /// corrupt visibly. If none remain, returns all visible trials.
    private static func balanced(_ drawn: [[Trial?]]) -> [Trial] {
        let usable = (drawn.first ?? []).indices.filter { number in
            2 * drawn.count { $0[number] != nil } >= drawn.count
        }
        let complete = drawn.filter { row in usable.allSatisfy { row[$0] != nil } }
        let kept = complete.flatMap { row in usable.compactMap { row[$0] } }
        return kept.isEmpty ? drawn.flatMap { $0.compactMap(\.self) } : kept
    }

    func clean(_ image: Int) -> PlanarImage { images.image(at: image) }

    /// A corrupted image with its mask.
    func corrupted(_ trial: Trial) -> CorruptedSample { trial.sample.restored(on: clean(trial.image)) }
}
