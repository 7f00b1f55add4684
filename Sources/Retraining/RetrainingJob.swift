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
        /// The model as the input of a task.
        var input: TaskInput { TaskInput(name: "model", source: .blob(digest)) }

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
        var recipe = try TrainingRecipe(images.manifest)
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
        let made = try builder.makeModel(from: champion, enrol: enrol)
        calibrate = made.calibrate
        let others = try builder.judge(champion: champion, anchor: anchor)
        let challenger = builder.judge(
            "challenger", [TaskInput("model", calibrate, "model")] + backbone, recipe.view, builder.region,
            kind: recipe.detector.kindName, candidates: made.candidates)
        gate = builder.assembler.add(
            "\(images.model)/gate", GateStage(gate: images.section.gate), inputs: others + challenger)
        try builder.addCard(
            of: calibrate, fit: made.fit, division: enrol, judged: challenger,
            startedFrom: isWarm ? champion?.digest : nil)
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
