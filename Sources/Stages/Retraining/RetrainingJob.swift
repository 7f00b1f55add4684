import AnomalyDetection
import ContentStore
import Manifests
import NeuralNetworks
import Pipeline

/// The training of a night and the comparison with the model in production, as a task graph. It is made of the roll and the
/// manifest alone: a night that was interrupted goes on with the same tasks, whatever has come in since.
public struct RetrainingJob: Sendable {
    public let graph: TaskGraph
    /// Steps of the training.
    public let steps: Int
    private let calibrate, assess, gate: TaskID

    /// - Parameters:
    ///   - roll: a blob of the store, as `rollDigest`.
    ///   - champion: the model that the roll names.
    ///   - championName: for messages.
    /// - Throws: `RetrainingError.otherNetwork`, `EngineError`.
    public init(
        _ images: NightImages, _ roll: Roll, rollDigest: Digest, champion: Model?, championName: String
    ) throws {
        let manifest = images.manifest, section = images.section
        let shelves = Shelves()
        var recipe = try TrainingRecipe(manifest)
        let isWarm = champion != nil && roll.start == RetrainSection.Start.warm.rawValue
        if isWarm { recipe.warmStart(section, newImages: roll.parts(replay: section.replay).newCount) }
        if isWarm, let champion { try RetrainingJob.requireSameNetwork(champion, championName, recipe) }
        steps = recipe.training.steps
        var assembler = GraphAssembler()
        let members = RetrainingJob.sources(roll, images)
        var enrolInputs = [TaskInput(name: "roll", source: .blob(rollDigest))]
        for (number, task) in assembler.addIngest(
            "ingest/members-", members.images, members.digestOf, recipe.grid, manifest
        ).enumerated() {
            enrolInputs.append(TaskInput("images.\(number)", task, "images.json"))
        }
        let enrol = assembler.add("enrol", EnrolStage(replay: section.replay), inputs: enrolInputs)
        let textures = images.textures.map {
            TaskInput("textures", assembler.addTextures($0, images.digestOf), "textures.json")
        }
        var start = TrainingInputs(
            training: TaskInput("training", enrol, "training.json"),
            normalization: TaskInput("normalization", enrol, "normalization.json"), textures: textures)
        let championInput = roll.champion.map { TaskInput(name: "model", source: .blob($0)) }
        if isWarm, let championInput {
            let warm = assembler.add("warm-start", WarmStartStage(), inputs: [championInput])
            start.normalization = TaskInput("normalization", warm, "normalization.json")
            start.checkpoint = TaskInput("checkpoint", warm, "checkpoint")
        }
        let (checkpoints, _) = assembler.addTraining(images.model, recipe, on: start, with: shelves)
        let normals = [
            TaskInput("training", enrol, "members.json"), TaskInput("heldout", enrol, "heldout.json"),
        ]
        calibrate = assembler.add(
            "calibrate", CalibrateStage(images.category, recipe, manifest, shelves.engines),
            inputs: [TaskInput("checkpoint", checkpoints[checkpoints.count - 1], "checkpoint"), start.normalization]
                + normals, resources: .wholeMachine)
        let challengerInput = TaskInput("model", calibrate, "model")
        var gateInputs: [TaskInput] = []
        func judge(_ name: String, _ model: TaskInput) -> TaskID {
            let assess = assembler.add(
                "assess/\(name)", AssessStage(recipe: recipe, images: shelves.images, engines: shelves.engines),
                inputs: [model] + normals + (textures.map { [$0] } ?? []), resources: .wholeMachine)
            gateInputs.append(TaskInput("\(name).assessment", assess, "assessment.json"))
            guard let labelled = images.labelled else { return assess }
            var metricsInputs: [TaskInput] = []
            for (number, task) in assembler.addIngest(
                "ingest/labelled-", labelled, images.digestOf, recipe.grid, manifest
            ).enumerated() {
                let scores = assembler.add(
                    "score/\(name)-\(number)", ScoreStage(engine: recipe.scoringEngine, engines: shelves.engines),
                    inputs: [model, TaskInput("images", task, "images.json")], resources: .wholeMachine)
                metricsInputs.append(TaskInput("scores.\(number)", scores, "scores.json"))
                metricsInputs.append(TaskInput("images.\(number)", task, "images.json"))
            }
            let metrics = assembler.add(
                "metrics/\(name)", MetricsStage(), inputs: metricsInputs, resources: .wholeMachine)
            gateInputs.append(TaskInput("\(name).metrics", metrics, "metrics.json"))
            gateInputs.append(TaskInput("\(name).scores", metrics, "scores.json"))
            return assess
        }
        if let championInput { _ = judge("champion", championInput) }
        assess = judge("challenger", challengerInput)
        gate = assembler.add("gate", GateStage(gate: section.gate), inputs: gateInputs)
        graph = try TaskGraph(assembler.tasks)
    }

    /// Digest of the new model; nil where it was not made.
    public func challenger(_ summary: ExecutionSummary) -> Digest? { summary.output(of: calibrate, named: "model") }

    /// The comparison and its digest; nil where it was not made.
    public func verdict(_ summary: ExecutionSummary, _ store: ContentStore) throws -> (verdict: Verdict, digest: Digest)?
    {
        guard let digest = summary.output(of: gate, named: "verdict.json") else { return nil }
        return (try StageJSON.decode(Verdict.self, try store.read(digest)), digest)
    }

    /// The members as files. One that is no longer in its folder has been decoded before, or its absence is told when it is needed.
    private static func sources(_ roll: Roll, _ images: NightImages) -> (
        images: [SourceImage], digestOf: [String: Digest]
    ) {
        let present = images.present
        var digestOf: [String: Digest] = [:]
        let files = roll.members.map { member in
            let path = present[member.source]?.path ?? images.usualPath(member.file)
            digestOf[path] = member.source
            return SourceImage(file: member.file, path: path, split: .train, kind: "good", isAnomalous: false)
        }
        return (files.sorted { $0.file < $1.file }, digestOf)
    }

    /// Makes sure, before a night begins, that the model in production can be trained further.
    ///
    /// - Throws: `RetrainingError.otherNetwork`.
    public static func requireSameNetwork(_ champion: Model, _ name: String, _ images: NightImages) throws {
        guard images.section.start == .warm else { return }
        try requireSameNetwork(champion, name, try TrainingRecipe(images.manifest))
    }

    private static func requireSameNetwork(_ champion: Model, _ name: String, _ recipe: TrainingRecipe) throws {
        func words(_ architecture: NetworkArchitecture, _ width: Int, _ grid: TileGrid) -> String {
            "\(architecture.rawValue) of width \(width) for images of \(grid.width) x \(grid.height) pixels"
                + (grid.isSingle ? "" : " in tiles of \(grid.tileWidth) x \(grid.tileHeight)")
        }
        let found = words(champion.architecture, champion.baseWidth, champion.grid)
        let expected = words(recipe.architecture, recipe.baseWidth, recipe.grid)
        guard found == expected else {
            throw RetrainingError.otherNetwork(champion: name, found: found, expected: expected)
        }
    }
}

extension TrainingRecipe {
    /// Fewer steps, at a lower rate: the network is trained already.
    mutating func warmStart(_ section: RetrainSection, newImages: Int) {
        training.steps = min(section.maximumSteps, max(1, newImages * section.stepsPerImage))
        training.learningRate = Float(section.learningRate)
        training.finalLearningRate = min(training.finalLearningRate, training.learningRate)
        training.warmupSteps = min(training.warmupSteps, training.steps / 10)
        training.stopAfter = nil
    }
}
