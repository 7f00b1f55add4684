import AnomalyDetection
import Imaging
import Pipeline

/// Draws the first training samples for people: clean image, corrupted image and mask.
package struct PreviewStage: Stage {
    package static let name = "preview"
    package static let version = 1
    /// The maximum side of a picture, in pixels; a sheet of a hundred samples has 20 million pixels.
    static let largestSide = 256

    var samples: SampleSettings
    var noise: Float
    /// The number of samples to draw.
    var count: Int

    package init(samples: SampleSettings, noise: Float, count: Int) {
        (self.samples, self.noise, self.count) = (samples, noise, count)
    }

    package var outputs: [String] { ["preview.png"] }

    package func run(_ context: TaskContext) throws {
        let grid = samples.grid
        let images = try context.shared(TrainingImageCache.self).images("training", context, grid)
        let replay = SampleReplay(
            images: images, augmentation: try samples.augmentation(for: context), seed: samples.seed, noise: noise)
        var sheet = ContactSheet(largestSide: PreviewStage.largestSide)
        for input in context.inputs(startingWith: "corruptions") {
            let shard = try CorruptionShard(bytes: try context.read(input), name: "\(context.task) \(input)")
            try shard.requireFit(images, width: grid.tileWidth, height: grid.tileHeight)
            for stored in shard.samples.prefix(count - sheet.count) {
                try context.checkCancellation()
                let sample = replay.sample(stored)
                sheet.add(clean: sample.clean, corrupted: sample.corrupted)
                context.progress(sheet.count, of: count, unit: "samples")
            }
        }
        try context.write(try PNGEncoder.encode(sheet.render()), to: "preview.png")
    }
}
