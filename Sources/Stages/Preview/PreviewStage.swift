import AnomalyDetection
import ContentStore
import Imaging
import Pipeline

/// Draws the first samples that training sees, for people: clean, corrupted, mask.
struct PreviewStage: Stage {
    static let name = "preview"
    static let version = 1
    /// Sides of a picture in pixels at most: a hundred samples are then a sheet of 20 million pixels.
    static let largestSide = 256

    var recipe: TrainingRecipe
    var samples: Int
    var images: TrainingImageShelf

    let outputs = ["preview.png"]

    var parameters: [KeyPart] {
        recipe.sampleKeyParts + [KeyPart("noise", recipe.training.noise), KeyPart("samples", samples)]
    }

    func run(_ context: TaskContext) throws {
        let recipe = try recipe.fitted(to: context)
        let images = try images.images("training", context, recipe.grid)
        let replay = SampleReplay(
            images: images, augmentation: recipe.augmentation,
            seed: recipe.training.seed, noise: recipe.training.noise)
        var sheet = ContactSheet(largestSide: PreviewStage.largestSide)
        for input in context.inputs(startingWith: "corruptions") {
            let shard = try CorruptionShard(bytes: try context.read(input), name: "\(context.task) \(input)")
            try shard.requireFit(images, width: recipe.grid.tileWidth, height: recipe.grid.tileHeight)
            for stored in shard.samples.prefix(samples - sheet.count) {
                try context.checkCancellation()
                let sample = replay.sample(stored)
                sheet.add(clean: sample.clean, corrupted: sample.corrupted)
                context.progress(sheet.count, of: samples, unit: "samples")
            }
        }
        try context.write(try PNGEncoder.encode(sheet.render()), to: "preview.png")
    }
}
