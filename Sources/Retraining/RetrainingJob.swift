import AnomalyDetection
import ContentStore
import Datasets
import Jobs
import Manifests
import Pipeline
import Stages
import Wording

/// The task graph of a night: training, and comparison with the model in production. It depends only on the roll, the
/// manifest and that model, so an interrupted night resumes with the same tasks even after new images arrive.
package struct RetrainingJob: Sendable {
    /// A model that the new one is compared with.
    package struct Known: Sendable {
        let model: Model
        /// The digest of its blob in the store.
        let digest: Digest

        package init(_ model: Model, _ digest: Digest) { (self.model, self.digest) = (model, digest) }
    }

    package let graph: TaskGraph
    /// A sentence for the log if a memory is filled anew where it could have been extended; else nil.
    package let note: String?
    private let calibrate, gate: TaskID

    /// - Parameters:
    ///   - rollDigest: the digest of the roll's blob in the store.
    ///   - champion: the model in production, which the roll names.
    ///   - anchor: the fixed model that all nights are compared with.
    /// - Throws: `EngineError`.
    package init(_ images: NightImages, _ roll: Roll, rollDigest: Digest, champion: Known?, anchor: Known?) throws {
        let manifest = images.manifest
        var recipe = try TrainingRecipe(manifest)
        let isWarm =
            try roll.start == .warm && recipe.detector.isTrained
            && champion?.model.autoencoder(name: "the model in production") != nil
        if isWarm {
            recipe.warmStart(images.section, newImages: roll.parts(replay: images.section.replay).newCount)
        }
        let backbone =
            try roll.backbone.map { [TaskInput.backbone($0)] } ?? images.backbones.inputs(recipe)
        let extending = try RetrainingJob.extending(champion, roll, recipe, backbone)
        note = RetrainingJob.note(champion, roll, recipe, isExtended: extending != nil)
        var builder = try NightGraph(
            images: images, recipe: recipe, sources: RetrainingJob.sources(roll, images),
            roll: TaskInput(name: "roll", source: .blob(rollDigest)), isWarm: isWarm, extending: extending,
            backbone: backbone)
        let enrol = builder.enrol(recipe.view, builder.region)
        var start = TrainingInputs(
            training: TaskInput("training", enrol, "training.json"),
            normalization: TaskInput("normalization", enrol, "normalization.json"),
            colour: TaskInput("colour", enrol, "colour.json"), textures: builder.textures)
        let started = isWarm ? champion?.digest : nil
        let championInput = champion.map { TaskInput(name: "model", source: .blob($0.digest)) }
        var segmentation: TaskInput?
        if isWarm, let champion, let championInput {
            let known = try champion.model.segmentation(name: "the model in production")?.baseWidth
            let withSegmentation = known != nil && known == recipe.detector.segmentation?.baseWidth
            let warm = builder.assembler.add(
                "\(images.model)/warm-start", WarmStartStage(withSegmentation: withSegmentation),
                inputs: [championInput])
            if withSegmentation { segmentation = TaskInput("checkpoint", warm, "segmentation") }
            start.normalization = TaskInput("normalization", warm, "normalization.json")
            start.checkpoint = TaskInput("checkpoint", warm, "checkpoint")
        }
        let trained =
            recipe.detector.isTrained
            ? builder.assembler.addTraining(images.model, recipe, on: start) : (checkpoints: [], corruptions: [])
        let normals = TaskInput("training", enrol, "normals.json")
        let inputs = FitInputs(
            training: normals, heldOut: TaskInput("heldout", enrol, "heldout.json"), normalization: start.normalization,
            colour: start.colour, textures: builder.textures.map { [$0] } ?? [],
            checkpoints: trained.checkpoints.suffix(1),
            corruptions: trained.corruptions, segmentation: segmentation, backbone: backbone, external: images.program,
            region: builder.region)
        let fit: TaskID
        var candidates: [TaskInput] = []
        if let extending, let championInput {
            fit = builder.assembler.add(
                "\(images.model)/memory", extending,
                inputs: [championInput, start.training, TaskInput("normals", enrol, "normals.json"), start.colour]
                    + backbone, resources: .wholeMachine)
            calibrate = builder.assembler.addCalibration(
                images.model, images.category, fit, recipe, manifest, inputs)
        } else {
            (fit, calibrate, candidates) = builder.assembler.addModel(
                images.model, images.category, recipe, manifest, inputs)
        }
        var evidence: [TaskInput] = []
        if let champion, let championInput { evidence += try builder.judge("champion", championInput, champion.model) }
        if let champion, let anchor {
            evidence +=
                try anchor.digest == champion.digest
                ? evidence.map { $0.renamed(from: "champion", to: "anchor") }
                : builder.judge(
                    "anchor", TaskInput(name: "model", source: .blob(anchor.digest)), anchor.model)
        }
        let challenger = builder.judge(
            "challenger", [TaskInput("model", calibrate, "model")] + backbone, recipe.view, builder.region,
            kind: recipe.detector.kindName, candidates: candidates)
        evidence += challenger
        gate = builder.assembler.add(
            "\(images.model)/gate", GateStage(gate: images.section.gate), inputs: evidence)
        try builder.addCard(of: calibrate, fit: fit, division: enrol, judged: challenger, startedFrom: started)
        graph = try TaskGraph(builder.assembler.tasks)
    }

    /// The stage that adds new images to the memory of the champion; nil if the detector is made anew.
    private static func extending(
        _ champion: Known?, _ roll: Roll, _ recipe: TrainingRecipe, _ backbone: [TaskInput]
    ) throws -> ExtendMemoryStage? {
        guard let champion, roll.start == .warm, case .single(.memory(let memory)) = recipe.detector.form,
            case .blob(let digest)? = backbone.first?.source
        else { return nil }
        let stage = ExtendMemoryStage(memory: memory, samples: recipe.samples, engine: recipe.scoringEngine)
        return try stage.extends(
            champion.model, backbone: digest, range: recipe.range, colour: recipe.colour, frame: recipe.frame,
            region: recipe.region)
            ? stage : nil
    }

    private static func note(
        _ champion: Known?, _ roll: Roll, _ recipe: TrainingRecipe, isExtended: Bool
    ) -> String? {
        if let missing = roll.missing, missing > 0 {
            return "the night starts from scratch: the model in production holds parts of "
                + counted(missing, "image") + " that it no longer trains on"
        }
        guard champion != nil, roll.start == .warm, !isExtended, case .single(.memory) = recipe.detector.form else {
            return nil
        }
        return
            "the memory is filled anew: the model in production has another detector, backbone, density or image size"
    }

    /// The digest of the pretrained network that a night of a manifest needs; nil if it needs none.
    ///
    /// - Throws: `RegistryError.unknownBackbone`.
    package static func backbone(of images: NightImages) throws -> Digest? {
        guard let name = try TrainingRecipe(images.manifest).detector.backbone else { return nil }
        return try images.backbones.digest(name)
    }

    /// The digest of the new model; nil if it was not made.
    package func challenger(_ summary: ExecutionSummary) -> Digest? { summary.output(of: calibrate, named: "model") }

    /// The digest of the verdict; nil if it was not made.
    package func verdict(_ summary: ExecutionSummary) -> Digest? { summary.output(of: gate, named: "verdict.json") }

    /// The members of the roll at the present locations of their files.
    private static func sources(_ roll: Roll, _ images: NightImages) -> [LocatedSource] {
        let present = images.present
        return roll.members.map { member in
            let place =
                present[member.source].map { ($0.path, $0.folder) } ?? images.usualPlace(member.file)
            return LocatedSource(
                image: SourceImage(
                    file: member.file, path: place.0, split: .train, kind: "good", isAnomalous: false, folder: place.1),
                digest: member.source)
        }.sorted { $0.source.file < $1.source.file }
    }
}

extension TaskInput {
    fileprivate func renamed(from owner: String, to other: String) -> TaskInput {
        TaskInput(name: other + name.dropFirst(owner.count), source: source)
    }
}

extension TrainingRecipe {
    /// Reduces the steps and the learning rate for a network that is already trained.
    fileprivate mutating func warmStart(_ section: RetrainSection, newImages: Int) {
        training.steps = min(section.maximumSteps, max(1, newImages * section.stepsPerImage))
        training.learningRate = Float(section.learningRate)
        training.finalLearningRate = min(training.finalLearningRate, training.learningRate)
        training.warmupSteps = min(training.warmupSteps, training.steps / 10)
        training.stopAfter = nil
    }
}

extension GateStage {
    init(gate: RetrainSection.Gate) {
        self.init(bounds: Bounds(gate.bounds), anchor: Bounds(gate.anchor), significance: gate.significance)
    }
}

extension GateStage.Bounds {
    fileprivate init(_ bounds: RetrainSection.Bounds) {
        self.init(falseAlarms: bounds.falseAlarms, recall: bounds.recall, criterion: bounds.criterion)
    }
}
