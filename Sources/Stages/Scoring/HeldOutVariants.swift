import AnomalyDetection
import Imaging
import Pipeline

/// The held-out normal images, unchanged and with the job's augmentations: what the manifest declares normal must not
/// be anomalous, and variants yield enough scores for a quantile.
struct HeldOutVariants {
    /// The minimum number of scores.
    private static let wanted = 100

    let images: TrainingImages
    /// The number of variants of each image, the unchanged one included; 1 without augmentation.
    let variants: Int
    private let augmentation: Augmentation
    private let seed: UInt64

    /// Reads the input `heldout`.
    init(_ samples: SampleSettings, _ context: TaskContext) throws {
        images = try TrainingImages(try context.readJSON(TrainingIndex.self, "heldout"), context, samples.grid)
        augmentation = try samples.augmentation(for: context)
        seed = samples.seed
        variants =
            augmentation.changesImages ? max(1, (Self.wanted + images.count - 1) / images.count) : 1
    }

    var count: Int { images.count * variants }

    /// The unchanged images come first.
    func image(_ number: Int) -> PlanarImage {
        augmentation.variant(number / images.count, of: images, number % images.count, seed)
    }
}
