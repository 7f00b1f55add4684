import AnomalyDetection
import ContentStore
import Pipeline

/// Makes the synthetic corruptions that one training shard consumes.
package struct CorruptStage: Stage {
    package static let name = "corrupt"
    package static let version = 3

    var samples: SampleSettings
    var corruption: CorruptionSettings
    var firstStep, stepCount: Int

    package init(samples: SampleSettings, corruption: CorruptionSettings, firstStep: Int, stepCount: Int) {
        (self.samples, self.corruption, self.firstStep) = (samples, corruption, firstStep)
        self.stepCount = stepCount
    }

    package var outputs: [String] { ["corruptions"] }
    /// The number of samples that are made.
    package var sampleCount: Int { stepCount * samples.batchSize }

    package func run(_ context: TaskContext) throws {
        let augmentation = try samples.augmentation(for: context)
        let images = try context.shared(TrainingImageCache.self).images("training", context, samples.grid)
        let textures =
            try context.hasInput("textures")
            ? TextureImages(context.readJSON([Digest].self, "textures"), context) : nil
        let builder = CorruptionShardBuilder(
            images: images,
            model: CorruptionModel(
                parameters: corruption.parameters(isGrey: augmentation.isGrey),
                normals: TileSource(base: images, grid: samples.grid), textures: textures),
            augmentation: augmentation, seed: samples.seed, batchSize: samples.batchSize)
        let made = try builder.shard(steps: firstStep..<firstStep + stepCount) { finished in
            try context.checkCancellation()
            try images.requireReadable()
            try textures?.requireReadable()
            if finished % 16 == 0 || finished == sampleCount {
                context.progress(finished, of: sampleCount, unit: "samples")
            }
        }
        try images.requireReadable()
        try context.write(made.bytes, to: "corruptions")
    }
}
