import AnomalyDetection
import Imaging
import SeededRandom

/// Corruptions of held-out normal images, always the same ones for the same images, by all corruption models with their own
/// defaults: what a model was trained on gives it no home advantage but a quarter.
///
/// Every model corrupts the same images, so that the models can be compared. Only what was changed is kept; clean and corrupted
/// images are made when they are asked for.
struct SyntheticTrials {
    struct Trial {
        var kind: CorruptionKind
        /// Place among the held-out images.
        var image: Int
        fileprivate var sample: CorruptionShard.Sample
    }

    /// At least so many are made, if there are fewer images than a model's share.
    static let wanted = 64
    /// Held-out images beyond these are left out, to bound the time.
    static let imageLimit = 64

    let trials: [Trial]
    /// The number of clean images.
    let cleanCount: Int
    private let images: TrainingImages

    /// - Parameters:
    ///   - images: held-out normal images, at least one.
    ///   - normals: where corruptions take material of other normal images from.
    ///   - isGrey: true if the data set has no colours.
    init(
        images: TrainingImages, normals: any ImageSource, textures: (any ImageSource)?, isGrey: Bool,
        check: () throws -> Void
    ) rethrows {
        self.images = images
        cleanCount = min(images.count, SyntheticTrials.imageLimit)
        let kinds = CorruptionKind.allCases
        let models = kinds.map { kind in
            CorruptionModel(
                parameters: CorruptionParameters(model: kind, cleanFraction: 0, foregroundOnly: true, isGrey: isGrey),
                normals: normals, textures: textures)
        }
        // The images of a data set lie in the order of their digests: the first ones are as good as any.
        let count = min(images.count, SyntheticTrials.wanted / kinds.count)
        let rounds = (SyntheticTrials.wanted + kinds.count * count - 1) / (kinds.count * count)
        var drawn: [[Trial?]] = []
        for round in 0..<rounds {
            for image in 0..<count {
                let clean = images.image(at: image)
                var row: [Trial?] = []
                for (number, kind) in kinds.enumerated() {
                    try check()
                    let variant = round * kinds.count + number
                    var generator = images.generator(image: image, variant: variant, seed: 0)
                    let sample = models[number].corrupt(clean, using: &generator)
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

    /// Leaves out images that not every model could corrupt visibly, after the models that could not corrupt half of the images.
    /// If nothing remained, all that is visible.
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
