import Imaging
import SeededRandom
import Tensors

/// Makes the samples of a training shard.
public struct CorruptionShardBuilder: Sendable {
    public var images: TrainingImages
    public var model: CorruptionModel
    public var augmentation: Augmentation
    public var seed: UInt64
    public var batchSize: Int

    public init(
        images: TrainingImages, model: CorruptionModel, augmentation: Augmentation, seed: UInt64, batchSize: Int
    ) {
        (self.images, self.model, self.augmentation) = (images, model, augmentation)
        (self.seed, self.batchSize) = (seed, batchSize)
    }

    /// The clean image of a sample after augmentation, and its corruption.
    public func sample(image: Int, variant: Int) -> (clean: PlanarImage, corrupted: CorruptedSample) {
        var generator = images.generator(image: image, variant: variant, seed: seed)
        let clean = augmentation.applied(to: images.image(at: image), using: &generator)
        return (clean, model.corrupt(clean, using: &generator))
    }

    /// The samples of some consecutive optimiser steps.
    ///
    /// - Parameter finished: told after each sample how many there are; throws to stop.
    public func shard(steps: Range<Int>, finished: (Int) throws -> Void) rethrows -> CorruptionShard {
        let samples = steps.lowerBound * batchSize..<steps.upperBound * batchSize
        let schedule = SampleSchedule(imageCount: images.count, seed: seed)
        let whole = images.image(at: 0)
        var shard = CorruptionShard(
            imageWidth: augmentation.crop?.width ?? whole.width, imageHeight: augmentation.crop?.height ?? whole.height,
            samples: [])
        for (variant, image) in zip(samples, schedule.images(samples)) {
            let corrupted = sample(image: image, variant: variant).corrupted
            shard.samples.append(CorruptionShard.Sample(image: image, variant: variant, corrupted))
            try finished(shard.samples.count)
        }
        return shard
    }
}
