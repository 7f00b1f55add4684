import Imaging
import SeededRandom

/// Makes the samples of a shard again from the stored images: what the network is trained on, before normalisation.
public struct SampleReplay: Sendable {
    private let images: TrainingImages
    private let augmentation: Augmentation
    private let seed: UInt64
    private let noise: Float

    /// - Parameters:
    ///   - images: those that the shard was made from, with the same augmentation and seed.
    ///   - noise: sigma of the Gaussian noise that is added to both images alike, 1 = the range of pixel values.
    ///     Grey where the augmentation is that of a grey data set.
    public init(images: TrainingImages, augmentation: Augmentation, seed: UInt64, noise: Float) {
        (self.images, self.augmentation) = (images, augmentation)
        (self.seed, self.noise) = (seed, noise)
    }

    /// The target of a step and its input with the mask. With noise, values may lie outside of 0...1.
    public func sample(_ stored: CorruptionShard.Sample) -> (clean: PlanarImage, corrupted: CorruptedSample) {
        var generator = images.generator(image: stored.image, variant: stored.variant, seed: seed)
        var clean = augmentation.applied(to: images.image(at: stored.image), using: &generator)
        var corrupted = stored.restored(on: clean)
        if noise > 0 {
            var generator = SeededGenerator(seed: seed, stream: "noise", UInt64(stored.variant))
            // The noise of a camera without colours is the same in all channels.
            let drawn = (0..<clean.values.count / (augmentation.isGrey ? 3 : 1)).map { _ in noise * generator.normal() }
            for index in clean.values.indices {
                let added = drawn[index % drawn.count]
                clean.values[index] += added
                corrupted.corrupted.values[index] += added
            }
        }
        return (clean, corrupted)
    }
}
