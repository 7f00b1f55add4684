import Datasets
import Manifests
import Pipeline
import Stages

extension JobBuilder {
    mutating func ingest(
        _ category: SourceCategory, _ split: SourceImage.Split, _ recipe: TrainingRecipe, _ manifest: JobManifest
    ) throws -> [TaskID] {
        let sources = try category.images.filter { $0.split == split }.map { try LocatedSource($0, digestOf) }
        return assembler.addIngest(
            "\(category.name)/ingest/\(recipe.grid.width)x\(recipe.grid.height)/\(split.rawValue)-", sources,
            recipe.view, manifest, IngestStage.BadImagePolicy(manifest.dataset.onBadImage),
            region: try region(category.name, manifest), isIntermediate: true
        ).map(\.task)
    }

    /// The mask that is the region of interest of all images; nil for another region.
    mutating func region(_ category: String, _ manifest: JobManifest) throws -> TaskInput? {
        try assembler.addRegion("\(category)/", manifest, digestOf)
    }

    /// The task that decodes the foreign textures; nil if the manifest sets none.
    mutating func textures(_ manifest: JobManifest) throws -> TaskID? {
        guard let folder = manifest.textures else { return nil }
        return try assembler.addTextures(textureScans[folder] ?? [], digestOf)
    }

    mutating func train(
        _ name: String, _ recipe: TrainingRecipe, _ select: TaskID, _ manifest: JobManifest
    ) throws -> (checkpoints: [TaskID], corruptions: [TaskID]) {
        guard recipe.detector.isTrained else { return ([], []) }
        return assembler.addTraining(
            name, recipe,
            on: TrainingInputs(
                training: TaskInput("training", select, "training.json"),
                normalization: TaskInput("normalization", select, "normalization.json"),
                colour: TaskInput("colour", select, "colour.json"),
                textures: try textures(manifest).map { TaskInput("textures", $0, "textures.json") }))
    }

    /// The tasks that make the model and assess it.
    mutating func model(
        _ name: String, _ category: SourceCategory, _ recipe: TrainingRecipe, _ select: TaskID,
        _ trained: (checkpoints: [TaskID], corruptions: [TaskID]), _ manifest: JobManifest
    ) throws -> ModelTasks {
        let inputs = FitInputs(
            training: TaskInput("training", select, "training.json"),
            heldOut: TaskInput("heldout", select, "heldout.json"),
            normalization: TaskInput("normalization", select, "normalization.json"),
            colour: TaskInput("colour", select, "colour.json"),
            textures: try textures(manifest).map { [TaskInput("textures", $0, "textures.json")] } ?? [],
            checkpoints: trained.checkpoints.suffix(manifest.training.candidates), corruptions: trained.corruptions,
            backbone: try backbones.inputs(recipe),
            external: try external(category, recipe, manifest), region: try region(category.name, manifest))
        let made = assembler.addModel(name, category.name, recipe, manifest, inputs)
        let assess = assembler.addAssessment(
            name, recipe, [TaskInput("model", made.calibrate, "model")] + made.candidates, inputs)
        return ModelTasks(fit: made.fit, calibrate: made.calibrate, assess: assess)
    }

    mutating func card(
        _ name: String, _ category: String, _ recipe: TrainingRecipe, _ manifest: JobManifest,
        _ evidence: CardEvidenceTasks
    ) throws -> TaskID {
        let textures = manifest.textures.map { (textureScans[$0] ?? []).compactMap { digestOf[$0.path] } }
        var stages: [any Stage.Type] = [
            IngestStage.self, SelectStage.self, CalibrateStage.self, AssessStage.self, ScoreStage.self,
            MetricsStage.self, ConfidenceStage.self, DriftStage.self, InventoryStage.self, CardStage.self,
        ]
        stages += recipe.detector.stages
        if textures != nil { stages.append(TextureStage.self) }
        if recipe.detector.isTrained, manifest.training.candidates > 1 { stages.append(ChooseStage.self) }
        let known = CardFacts(
            manifest, name: name, category: category, recipe: recipe, textures: textures,
            candidates: manifest.training.candidates, stages: stages)
        return assembler.addCard(name, known, recipe.frame, of: evidence)
    }
}

/// The tasks that make a model.
struct ModelTasks {
    /// Makes `detector` and `training.json`.
    var fit: TaskID
    /// Makes `model` and `calibration.json`.
    var calibrate: TaskID
    /// Makes `assessment.json`.
    var assess: TaskID
}
