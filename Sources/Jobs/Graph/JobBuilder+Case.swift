import Datasets
import Manifests
import Pipeline
import Reports
import Stages

extension JobBuilder {
    mutating func ingest(
        _ category: SourceCategory, _ split: SourceImage.Split, _ recipe: TrainingRecipe, _ manifest: JobManifest
    ) throws -> [TaskID] {
        let sources = try category.images.filter { $0.split == split }.map { try LocatedSource($0, digestOf) }
        return assembler.addIngest(
            "\(category.name)/ingest/\(recipe.grid.width)x\(recipe.grid.height)/\(split.rawValue)-", sources,
            recipe.view, manifest, IngestStage.BadImagePolicy(manifest.dataset.onBadImage), isIntermediate: true
        ).map(\.task)
    }

    /// The task that decodes the foreign textures; nil if the manifest sets none.
    mutating func textures(_ manifest: JobManifest) throws -> TaskID? {
        guard let folder = manifest.textures else { return nil }
        return try assembler.addTextures(textureScans[folder] ?? [], digestOf)
    }

    mutating func train(
        _ name: String, _ recipe: TrainingRecipe, _ select: TaskID, _ manifest: JobManifest
    ) throws -> (checkpoints: [TaskID], corruptions: [TaskID]) {
        assembler.addTraining(
            name, recipe,
            on: TrainingInputs(
                training: TaskInput("training", select, "training.json"),
                normalization: TaskInput("normalization", select, "normalization.json"),
                colour: TaskInput("colour", select, "colour.json"),
                textures: try textures(manifest).map { TaskInput("textures", $0, "textures.json") }))
    }

    /// The tasks that make the model and assess it. With several candidate checkpoints, one task does both.
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
            "\(name)/calibrate", CalibrateStage(category.name, recipe, manifest),
            inputs: [
                TaskInput("checkpoint", checkpoint, "checkpoint"), TaskInput("training", select, "training.json"),
                TaskInput("heldout", select, "heldout.json"),
                TaskInput("normalization", select, "normalization.json"), TaskInput("colour", select, "colour.json"),
            ], resources: .wholeMachine)
        var inputs = [
            TaskInput("model", calibrate, "model"), TaskInput("training", select, "training.json"),
            TaskInput("heldout", select, "heldout.json"), TaskInput("colour", select, "colour.json"),
        ]
        if let textures = try textures(manifest) { inputs.append(TaskInput("textures", textures, "textures.json")) }
        let assess = assembler.add(
            "\(name)/assess", AssessStage(engine: recipe.scoringEngine, seed: recipe.training.seed),
            inputs: inputs, resources: .wholeMachine)
        return (calibrate, assess)
    }

    mutating func card(
        _ name: String, _ category: String, _ recipe: TrainingRecipe, _ manifest: JobManifest,
        _ evidence: CardEvidenceTasks
    ) throws -> TaskID {
        let textures = manifest.textures.map { (textureScans[$0] ?? []).compactMap { digestOf[$0.path] } }
        var stages: [any Stage.Type] = [
            IngestStage.self, SelectStage.self, CorruptStage.self, TrainStage.self, CalibrateStage.self,
            AssessStage.self, ScoreStage.self, MetricsStage.self, ConfidenceStage.self, DriftStage.self,
            InventoryStage.self, CardStage.self,
        ]
        if textures != nil { stages.append(TextureStage.self) }
        if manifest.training.candidates > 1 { stages.append(ChooseStage.self) }
        let known = CardFacts(
            manifest, name: name, category: category, recipe: recipe, textures: textures,
            candidates: manifest.training.candidates, stages: stages)
        return assembler.addCard(name, known, of: evidence)
    }
}
