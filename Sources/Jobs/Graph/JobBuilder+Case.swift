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
        guard recipe.detector.isTrained else { return ([], []) }
        return assembler.addTraining(
            name, recipe,
            on: TrainingInputs(
                training: TaskInput("training", select, "training.json"),
                normalization: TaskInput("normalization", select, "normalization.json"),
                colour: TaskInput("colour", select, "colour.json"),
                textures: try textures(manifest).map { TaskInput("textures", $0, "textures.json") }))
    }

    /// The tasks that make the detector and the model, and assess it. With several candidates, one task does all of this.
    mutating func model(
        _ name: String, _ category: SourceCategory, _ recipe: TrainingRecipe, _ select: TaskID, _ checkpoints: [TaskID],
        _ manifest: JobManifest
    ) throws -> ModelTasks {
        var candidates: [(name: String, recipe: TrainingRecipe, checkpoint: TaskID?)] = []
        var labels: [String]?
        switch recipe.detector.form {
        case .single(.autoencoder):
            let last = checkpoints.suffix(manifest.training.candidates)
            candidates = last.enumerated().map { ("candidate-\($0)", recipe, $1) }
        case .single, .fusion: candidates = [("", recipe, checkpoints.last)]
        case .choice(let detectors):
            labels = detectors.map(\.label)
            candidates = detectors.map { ($0.label, recipe.with($0), checkpoints.last) }
        }
        guard candidates.count > 1 else {
            let made = try candidate(name, category, candidates[0].recipe, select, candidates[0].checkpoint, manifest)
            let assess = try assess(name, recipe, made.calibrate, [], select, manifest)
            return ModelTasks(fit: made.fit, calibrate: made.calibrate, assess: assess)
        }
        var inputs: [TaskInput] = []
        for (number, item) in candidates.enumerated() {
            let own = "\(name)/\(item.name)"
            let made = try candidate(own, category, item.recipe, select, item.checkpoint, manifest)
            inputs += [
                TaskInput("training.json.\(number)", made.fit, "training.json"),
                TaskInput("model.\(number)", made.calibrate, "model"),
                TaskInput("calibration.json.\(number)", made.calibrate, "calibration.json"),
                TaskInput(
                    "assessment.json.\(number)",
                    try assess(own, item.recipe, made.calibrate, [], select, manifest, isBrief: true),
                    "assessment.json"),
            ]
        }
        let choose = assembler.add(
            "\(name)/choose", ChooseStage(count: candidates.count, labels: labels), inputs: inputs)
        let assess = try assess(
            name, recipe, choose, [TaskInput("candidates", choose, "candidates.json")], select, manifest)
        return ModelTasks(fit: choose, calibrate: choose, assess: assess)
    }

    /// The tasks that fit and calibrate a candidate.
    private mutating func candidate(
        _ name: String, _ category: SourceCategory, _ recipe: TrainingRecipe, _ select: TaskID, _ checkpoint: TaskID?,
        _ manifest: JobManifest
    ) throws -> (fit: TaskID, calibrate: TaskID) {
        let training = TaskInput("training", select, "training.json")
        let heldOut = TaskInput("heldout", select, "heldout.json")
        let colour = TaskInput("colour", select, "colour.json")
        let backbone = try backbones.inputs(recipe)
        let fit = assembler.addFit(
            name, recipe, manifest,
            FitInputs(
                training: training, heldOut: heldOut,
                normalization: TaskInput("normalization", select, "normalization.json"),
                colour: colour, textures: try texturesInput(manifest), checkpoint: checkpoint, backbone: backbone))
        let calibrate = assembler.add(
            "\(name)/calibrate", CalibrateStage(category.name, recipe, manifest),
            inputs: [TaskInput("detector", fit, "detector"), training, heldOut, colour] + backbone,
            resources: .wholeMachine)
        return (fit, calibrate)
    }

    private mutating func assess(
        _ name: String, _ recipe: TrainingRecipe, _ model: TaskID, _ candidates: [TaskInput], _ select: TaskID,
        _ manifest: JobManifest, isBrief: Bool = false
    ) throws -> TaskID {
        let inputs =
            try [
                TaskInput("model", model, "model"), TaskInput("training", select, "training.json"),
                TaskInput("heldout", select, "heldout.json"), TaskInput("colour", select, "colour.json"),
            ] + candidates + backbones.inputs(recipe) + texturesInput(manifest)
        return assembler.add(
            "\(name)/assess",
            AssessStage(engine: recipe.scoringEngine, seed: recipe.training.seed, isBrief: isBrief), inputs: inputs,
            resources: .wholeMachine)
    }

    private mutating func texturesInput(_ manifest: JobManifest) throws -> [TaskInput] {
        try textures(manifest).map { [TaskInput("textures", $0, "textures.json")] } ?? []
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
        return assembler.addCard(name, known, of: evidence)
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
