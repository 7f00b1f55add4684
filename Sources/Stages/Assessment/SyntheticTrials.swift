import AnomalyDetection
import Imaging
import SeededRandom

/// Corruptions of held-out normal images, always the same ones for the same images, by all corruption models with their own
/// defaults: what a model was trained on gives it no home advantage but a quarter.
struct SyntheticTrials {
    struct Trial {
        var kind: CorruptionKind
        var clean: PlanarImage
        var corrupted: PlanarImage
        var mask: [UInt8]
    }

    /// At least so many are made, the same number of each held-out image.
    static let wanted = 64
    /// Held-out images beyond these are left out, to bound the time.
    static let imageLimit = 64

    let trials: [Trial]
    let clean: [PlanarImage]

    /// - Parameters:
    ///   - images: held-out normal images, at least one.
    ///   - isGrey: true if the data set has no colours.
    ///   - normals: where corruptions take material of other normal images from.
    init(
        images: TrainingImages, normals: any ImageSource, textures: (any ImageSource)?, isGrey: Bool,
        check: () throws -> Void
    ) rethrows {
        let count = min(images.count, SyntheticTrials.imageLimit)
        clean = (0..<count).map(images.image)
        let kinds = CorruptionKind.allCases
        let models = kinds.map { kind in
            CorruptionModel(
                parameters: CorruptionParameters(model: kind, cleanFraction: 0, foregroundOnly: true, isGrey: isGrey),
                normals: normals,
                textures: textures)
        }
        var trials: [Trial] = []
        let rounds = (SyntheticTrials.wanted + count - 1) / count
        for round in 0..<rounds {
            for index in 0..<count {
                try check()
                var generator = images.generator(image: index, variant: round, seed: 0)
                let number = round * count + index
                let sample = models[number % kinds.count].corrupt(clean[index], using: &generator)
                guard sample.mask.contains(1) else { continue }
                trials.append(
                    Trial(
                        kind: kinds[number % kinds.count], clean: clean[index], corrupted: sample.corrupted,
                        mask: sample.mask))
            }
        }
        self.trials = trials
    }
}
