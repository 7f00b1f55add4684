import Imaging
import SeededRandom

/// Draws the samples of training shards.
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

    /// Draws a sample: the clean image after augmentation, and its corruption.
    public func sample(image: Int, variant: Int) -> (clean: PlanarImage, corrupted: CorruptedSample) {
        var generator = images.generator(image: image, variant: variant, seed: seed)
        let clean = augmentation.applied(to: images.image(at: image), using: &generator)
        return (clean, model.corrupt(clean, using: &generator))
    }

    /// Draws the samples of consecutive optimiser steps.
    ///
    /// - Parameter finished: called after each sample with the number of samples so far; throws to stop.
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

/// Recreates the samples of a shard from the training images, as the network's input and target before normalisation.
public struct SampleReplay: Sendable {
    private let images: TrainingImages
    private let augmentation: Augmentation
    private let seed: UInt64
    private let noise: Float

    /// - Parameters:
    ///   - images: the images of the shard.
    ///   - augmentation: the augmentation of the shard.
    ///   - seed: the seed of the shard.
    ///   - noise: the standard deviation of Gaussian noise, the same for both images; 1 is the range of pixel values.
    ///     The noise is grey if the data set is grey.
    public init(images: TrainingImages, augmentation: Augmentation, seed: UInt64, noise: Float) {
        (self.images, self.augmentation) = (images, augmentation)
        (self.seed, self.noise) = (seed, noise)
    }

    /// The target of a step, and its input with the mask. With noise, values can lie outside 0...1.
    public func sample(_ stored: CorruptionShard.Sample) -> (clean: PlanarImage, corrupted: CorruptedSample) {
        var generator = images.generator(image: stored.image, variant: stored.variant, seed: seed)
        var clean = augmentation.applied(to: images.image(at: stored.image), using: &generator)
        var corrupted = stored.restored(on: clean)
        if noise > 0 {
            var generator = SeededGenerator(seed: seed, stream: "noise", UInt64(stored.variant))
            // The noise of a grey camera is the same in all channels.
            let drawn = (0..<clean.values.count / (augmentation.isGrey ? 3 : 1)).map { _ in noise * generator.normal() }
            for index in clean.values.indices {
                let added = drawn[index % drawn.count]
                clean.values[index] += added
                corrupted.corrupted.values[index] += added
            }
            clean = clean.restricted(to: clean.regionOfInterest)
            corrupted.corrupted = corrupted.corrupted.restricted(to: clean.regionOfInterest)
        }
        return (clean, corrupted)
    }
}
