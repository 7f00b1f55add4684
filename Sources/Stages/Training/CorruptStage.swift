import AnomalyDetection
import ContentStore
import Pipeline

/// Makes the synthetic corruptions that one training shard consumes.
struct CorruptStage: Stage {
    static let name = "corrupt"
    static let version = 3

    var recipe: TrainingRecipe
    var shard: Int
    var images: TrainingImageShelf

    let outputs = ["corruptions"]

    var parameters: [KeyPart] {
        let steps = recipe.training.steps(ofShard: shard)
        return recipe.sampleKeyParts + recipe.corruption.keyParts + [
            KeyPart("firstStep", steps.lowerBound), KeyPart("stepCount", steps.count),
        ]
    }

    func run(_ context: TaskContext) throws {
        let recipe = try recipe.fitted(to: context)
        let images = try images.images("training", context, recipe.grid)
        let textures =
            try context.hasInput("textures")
            ? TextureImages(context.readJSON([Digest].self, "textures"), context) : nil
        let builder = CorruptionShardBuilder(
            images: images,
            model: CorruptionModel(
                parameters: recipe.corruption, normals: TileSource(base: images, grid: recipe.grid), textures: textures),
            augmentation: recipe.augmentation, seed: recipe.training.seed, batchSize: recipe.training.batchSize)
        let steps = recipe.training.steps(ofShard: shard)
        let total = steps.count * recipe.training.batchSize
        let made = try builder.shard(steps: steps) { finished in
            try context.checkCancellation()
            try images.requireReadable()
            try textures?.requireReadable()
            if finished % 16 == 0 || finished == total { context.progress(finished, of: total, unit: "samples") }
        }
        try images.requireReadable()
        try context.write(made.bytes, to: "corruptions")
    }
}
