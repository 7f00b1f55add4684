import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Reports

extension JobBuilder {
    mutating func ingest(
        _ category: SourceCategory, _ split: SourceImage.Split, _ recipe: TrainingRecipe, _ manifest: JobManifest
    ) -> [TaskID] {
        let images = category.images.filter { $0.split == split }
        let chunks = ContentDefinedChunks.split(images, size: manifest.scoring.shardSize, name: \.file)
        return chunks.map { chunk in
            let sources = chunk.elements.map { image in
                IngestStage.Source(
                    image: image, digest: digestOf[image.path]!, maskDigest: image.maskPath.map { digestOf[$0]! })
            }
            return assembler.add(
                "\(category.name)/ingest/\(recipe.grid.width)x\(recipe.grid.height)/\(split.rawValue)-\(chunk.label)",
                IngestStage(
                    sources: sources, width: recipe.grid.width, height: recipe.grid.height,
                    onBadImage: manifest.dataset.onBadImage), isIntermediate: true)
        }
    }

    /// The task that decodes the foreign textures; nil where there are none.
    mutating func textures(_ manifest: JobManifest) throws -> TaskID? {
        guard let folder = manifest.corruption.textures else { return nil }
        let found = try DatasetScan.textures(below: folder.absolute).images
        return assembler.add(
            "textures", TextureStage(files: found.map { ($0.file, $0.path, digestOf[$0.path]!) }), isIntermediate: true)
    }

    mutating func train(
        _ name: String, _ recipe: TrainingRecipe, _ select: TaskID, _ manifest: JobManifest
    ) throws -> (checkpoints: [TaskID], corruptions: [TaskID]) {
        let textures = try textures(manifest)
        var checkpoints: [TaskID] = []
        var allCorruptions: [TaskID] = []
        for shard in 0..<recipe.training.shardCount {
            let label = String(repeating: "0", count: max(0, 4 - "\(shard)".count)) + "\(shard)"
            var inputs = [TaskInput("training", select, "training.json")]
            if let textures { inputs.append(TaskInput("textures", textures, "textures.json")) }
            let corruptions = assembler.add(
                "\(name)/corrupt/\(label)", CorruptStage(recipe: recipe, shard: shard, images: images), inputs: inputs,
                isIntermediate: true)
            allCorruptions.append(corruptions)
            inputs = [
                TaskInput("training", select, "training.json"),
                TaskInput("normalization", select, "normalization.json"),
                TaskInput("corruptions", corruptions, "corruptions"),
            ]
            if let last = checkpoints.last { inputs.append(TaskInput("checkpoint", last, "checkpoint")) }
            checkpoints.append(
                assembler.add(
                    "\(name)/train/\(label)",
                    TrainStage(recipe: recipe, shard: shard, images: images, engines: engines, meter: meter),
                    inputs: inputs, resources: .wholeMachine, isIntermediate: true))
        }
        return (checkpoints, allCorruptions)
    }

    /// The task that makes the model, and the one that assesses it: one task where there are several checkpoints to choose from.
    mutating func model(
        _ name: String, _ category: SourceCategory, _ recipe: TrainingRecipe, _ select: TaskID, _ checkpoints: [TaskID],
        _ manifest: JobManifest
    ) throws -> (calibrate: TaskID, assess: TaskID) {
        let candidates = checkpoints.suffix(manifest.training.candidates)
        guard candidates.count > 1 else {
            return try candidate(name, category, recipe, select, checkpoints[checkpoints.count - 1], manifest)
        }
        var inputs: [TaskInput] = []
        for (number, checkpoint) in candidates.enumerated() {
            let made = try candidate("\(name)/candidate-\(number)", category, recipe, select, checkpoint, manifest)
            for output in ["model", "calibration.json", "training.json"] {
                inputs.append(TaskInput("\(output).\(number)", made.calibrate, output))
            }
            inputs.append(TaskInput("assessment.json.\(number)", made.assess, "assessment.json"))
        }
        let choose = assembler.add("\(name)/choose", ChooseStage(count: candidates.count), inputs: inputs)
        return (choose, choose)
    }

    private mutating func candidate(
        _ name: String, _ category: SourceCategory, _ recipe: TrainingRecipe, _ select: TaskID, _ checkpoint: TaskID,
        _ manifest: JobManifest
    ) throws -> (calibrate: TaskID, assess: TaskID) {
        let calibrate = assembler.add(
            "\(name)/calibrate",
            CalibrateStage(
                category: category.name, recipe: recipe, scoring: ScoringParameters(manifest),
                quantile: Float(manifest.calibration.quantile),
                estimate: Calibration.Estimate(rawValue: manifest.calibration.estimate.rawValue)!, engines: engines),
            inputs: [
                TaskInput("checkpoint", checkpoint, "checkpoint"), TaskInput("training", select, "training.json"),
                TaskInput("heldout", select, "heldout.json"),
                TaskInput("normalization", select, "normalization.json"),
            ], resources: .wholeMachine)
        var inputs = [
            TaskInput("model", calibrate, "model"), TaskInput("training", select, "training.json"),
            TaskInput("heldout", select, "heldout.json"),
        ]
        if let textures = try textures(manifest) { inputs.append(TaskInput("textures", textures, "textures.json")) }
        let assess = assembler.add(
            "\(name)/assess", AssessStage(recipe: recipe, images: images, engines: engines), inputs: inputs,
            resources: .wholeMachine)
        return (calibrate, assess)
    }
}

extension ScoringParameters {
    init(_ manifest: JobManifest) {
        let section = manifest.scoring
        self.init(
            boxSize: section.boxSize
                ?? ScoringParameters.usualBoxSize(shorterSide: min(manifest.image.width, manifest.image.height)),
            boxPasses: section.boxPasses, scales: section.scales, levels: section.levels,
            normalization: MapNormalization(rawValue: section.normalization.rawValue)!,
            imageScore: ImageScore(rawValue: section.imageScore.rawValue)!, topFraction: Float(section.topFraction))
    }
}
