import AnomalyDetection
import ContentStore
import Jobs
import Manifests
import Pipeline
import Stages

/// A builder of the task graph of a night.
struct NightGraph {
    let images: NightImages
    let recipe: TrainingRecipe
    let sources: [LocatedSource]
    let roll: TaskInput
    let isWarm: Bool
    /// The stage that adds new images to the memory of the champion; nil if the detector is made anew.
    let extending: ExtendMemoryStage?
    /// The input of tasks that use a pretrained network.
    let backbone: [TaskInput]
    var assembler = GraphAssembler()
    let textures: TaskInput?
    /// The mask that is the region of interest of all images; nil for another region.
    let region: TaskInput?
    private let labelledSources: [LocatedSource]

    init(
        images: NightImages, recipe: TrainingRecipe, sources: [LocatedSource], roll: TaskInput, isWarm: Bool,
        extending: ExtendMemoryStage?, backbone: [TaskInput]
    ) throws {
        (self.images, self.recipe, self.sources) = (images, recipe, sources)
        (self.roll, self.isWarm) = (roll, isWarm)
        (self.extending, self.backbone) = (extending, backbone)
        assembler.estimateMemory(recipe, hasTextures: images.textures != nil)
        labelledSources = try (images.labelled ?? []).map { try LocatedSource($0, images.digestOf) }
        if let files = images.textures {
            textures = TaskInput("textures", try assembler.addTextures(files, images.digestOf), "textures.json")
        } else {
            textures = nil
        }
        region = try assembler.addRegion("\(images.model)/", images.manifest, images.digestOf)
    }

    private mutating func enrolled(_ view: ImageView, _ region: TaskInput?) -> [TaskID] {
        assembler.addIngest(
            "\(images.model)/ingest/", sources, view, images.manifest, .quarantine, region: region,
            isIntermediate: true
        ).map(\.task)
    }

    /// Adds the tasks that decode the gate's labelled images for a model.
    private mutating func labelled(_ view: ImageView, _ region: TaskInput?) -> [TaskID] {
        assembler.addIngest(
            "\(images.model)/ingest/labelled-", labelledSources, view, images.manifest,
            IngestStage.BadImagePolicy(images.manifest.dataset.onBadImage), region: region, isIntermediate: true
        ).map(\.task)
    }

    /// Adds the task that splits the members, decoded for a model. Equal views share the task; unusable members are
    /// omitted.
    mutating func enrol(_ view: ImageView, _ region: TaskInput?) -> TaskID {
        var inputs = [roll]
        for (number, part) in enrolled(view, region).enumerated() {
            inputs.append(TaskInput("images.\(number)", part, "images.json"))
        }
        return assembler.add(
            "\(images.model)/enrol",
            EnrolStage(
                replay: extending == nil ? images.section.replay : 0, measuresNormalization: !isWarm),
            inputs: inputs)
    }

    /// Adds the card of the new model from the evidence for the gate. The gate does not wait for the card.
    mutating func addCard(
        of calibrate: TaskID, fit: TaskID, division: TaskID, judged: [TaskInput], startedFrom: Digest?
    ) throws {
        func task(_ evidence: String) -> TaskID? {
            guard case .output(let task, _) = judged.first(where: { $0.name == "challenger.\(evidence)" })?.source
            else { return nil }
            return task
        }
        guard let assess = task("assessment") else { fatalError("nothing is known of the challenger") }
        let sources = images.textures.map { $0.compactMap { images.digestOf[$0.path] } }
        var stages: [any Stage.Type] = [
            IngestStage.self, EnrolStage.self, CalibrateStage.self, AssessStage.self, InventoryStage.self,
            CardStage.self,
        ]
        stages += extending == nil ? recipe.detector.stages : [ExtendMemoryStage.self]
        if isWarm { stages.append(WarmStartStage.self) }
        if sources != nil { stages.append(TextureStage.self) }
        if images.labelled != nil { stages += [ScoreStage.self, MetricsStage.self] as [any Stage.Type] }
        let known = CardFacts(
            images.manifest, name: images.model, category: images.category, recipe: recipe, textures: sources,
            candidates: 1, startedFrom: startedFrom, stages: stages)
        _ = assembler.addCard(
            images.model, known, recipe.frame,
            of: CardEvidenceTasks(
                fit: fit, calibrate: calibrate, assess: assess, division: division,
                ingests: enrolled(recipe.view, region) + labelled(recipe.view, region), metrics: task("metrics")))
    }

    /// Adds the tasks that evaluate the model in production, and the anchor where it is another one.
    ///
    /// - Returns: the inputs of the gate.
    mutating func judge(
        champion: RetrainingJob.Known?, anchor: RetrainingJob.Known?
    ) throws -> [TaskInput] {
        guard let champion else { return [] }
        let evidence = try judge("champion", champion.input, champion.model)
        guard let anchor else { return evidence }
        return try evidence
            + (anchor.digest == champion.digest
                ? evidence.map { $0.renamed(from: "champion", to: "anchor") }
                : judge("anchor", anchor.input, anchor.model))
    }

    /// Adds the tasks that evaluate a finished model.
    mutating func judge(_ name: String, _ input: TaskInput, _ model: Model) throws -> [TaskInput] {
        let backbone = try model.backbone(name: name).map { [TaskInput.backbone($0)] } ?? []
        // The gate compares what the synthetic defects show; changes of the camera are measured of the new model alone.
        let region = assembler.addRegion("\(images.model)/\(name)-", of: model, input)
        return judge(name, [input] + backbone, model.view, region, kind: model.kind, isBrief: true)
    }

    /// Adds the tasks that evaluate a model at its own image size.
    ///
    /// - Parameters:
    ///   - model: the model and its pretrained network.
    ///   - region: the mask that is its region of interest of all images; nil for another region.
    ///   - candidates: the list of those that the model was chosen from; empty if there was no choice.
    ///   - isBrief: true to measure only what the gate needs.
    /// - Returns: the inputs of the gate.
    mutating func judge(
        _ name: String, _ model: [TaskInput], _ view: ImageView, _ region: TaskInput?, kind: String,
        candidates: [TaskInput] = [], isBrief: Bool = false
    ) -> [TaskInput] {
        let engine = recipe.scoringEngine.with(detector: kind)
        let enrol = enrol(view, region)
        var inputs =
            model + candidates + [
                TaskInput("training", enrol, "normals.json"), TaskInput("heldout", enrol, "judged.json"),
                // One size for both models, so that they are judged on the same defects.
                TaskInput("colour", self.enrol(recipe.view, self.region), "colour.json"),
            ]
        if let textures { inputs.append(textures) }
        let assess = assembler.add(
            "\(images.model)/assess/\(name)",
            AssessStage(engine: engine, seed: recipe.training.seed, isBrief: isBrief), inputs: inputs,
            resources: .wholeMachine)
        var evidence = [TaskInput("\(name).assessment", assess, "assessment.json")]
        guard images.labelled != nil else { return evidence }
        var tested: [TaskInput] = []
        for (number, part) in labelled(view, region).enumerated() {
            let scores = assembler.add(
                "\(images.model)/score/\(name)-\(number)",
                ScoreStage(engine: engine),
                inputs: model + [TaskInput("images", part, "images.json")], resources: .wholeMachine)
            tested.append(TaskInput("scores.\(number)", scores, "scores.json"))
            tested.append(TaskInput("images.\(number)", part, "images.json"))
        }
        let metrics = assembler.add(
            "\(images.model)/metrics/\(name)", MetricsStage(), inputs: tested, resources: .wholeMachine)
        evidence.append(TaskInput("\(name).metrics", metrics, "metrics.json"))
        evidence.append(TaskInput("\(name).scores", metrics, "scores.json"))
        return evidence
    }
}

extension TaskInput {
    fileprivate func renamed(from owner: String, to other: String) -> TaskInput {
        TaskInput(name: other + name.dropFirst(owner.count), source: source)
    }
}
