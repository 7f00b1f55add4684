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
        switch recipe.detector {
        case .autoencoder:
            let last = checkpoints.suffix(manifest.training.candidates)
            candidates = last.enumerated().map { ("candidate-\($0)", recipe, $1) }
        case .features, .fusion, .external, .maps: candidates = [("", recipe, nil)]
        case .choice(let detectors):
            labels = detectors.map(\.label)
            candidates = detectors.map { detector in
                var own = recipe
                own.detector = detector
                return (detector.label, own, nil)
            }
        }
        guard candidates.count > 1 else {
            return try candidate(name, category, candidates[0].recipe, select, candidates[0].checkpoint, manifest)
        }
        var inputs: [TaskInput] = []
        for (number, item) in candidates.enumerated() {
            let made = try candidate(
                "\(name)/\(item.name)", category, item.recipe, select, item.checkpoint, manifest)
            inputs += [
                TaskInput("training.json.\(number)", made.fit, "training.json"),
                TaskInput("model.\(number)", made.calibrate, "model"),
                TaskInput("calibration.json.\(number)", made.calibrate, "calibration.json"),
                TaskInput("assessment.json.\(number)", made.assess, "assessment.json"),
            ]
        }
        let choose = assembler.add(
            "\(name)/choose", ChooseStage(count: candidates.count, labels: labels), inputs: inputs)
        return ModelTasks(fit: choose, calibrate: choose, assess: choose)
    }

    private mutating func candidate(
        _ name: String, _ category: SourceCategory, _ recipe: TrainingRecipe, _ select: TaskID, _ checkpoint: TaskID?,
        _ manifest: JobManifest
    ) throws -> ModelTasks {
        let training = TaskInput("training", select, "training.json")
        let heldOut = TaskInput("heldout", select, "heldout.json")
        let colour = TaskInput("colour", select, "colour.json")
        let backbone = try backbones.inputs(recipe)
        let fit = assembler.addFit(
            name, recipe, manifest, checkpoint: checkpoint,
            FitInputs(
                training: training, heldOut: heldOut,
                normalization: TaskInput("normalization", select, "normalization.json"),
                colour: colour, backbone: backbone, external: try external(category, recipe, manifest)))
        let calibrate = assembler.add(
            "\(name)/calibrate", CalibrateStage(category.name, recipe, manifest),
            inputs: [TaskInput("detector", fit, "detector"), training, heldOut, colour] + backbone,
            resources: .wholeMachine)
        var inputs = [TaskInput("model", calibrate, "model"), training, heldOut, colour] + backbone
        if let textures = try textures(manifest) { inputs.append(TaskInput("textures", textures, "textures.json")) }
        let assess = assembler.add(
            "\(name)/assess", AssessStage(engine: recipe.scoringEngine, seed: recipe.training.seed),
            inputs: inputs, resources: .wholeMachine)
        return ModelTasks(fit: fit, calibrate: calibrate, assess: assess)
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
