import AnomalyDetection
import ContentStore
import Datasets
import Imaging
import Jobs
import Manifests
import NeuralNetworks
import Pipeline
import Stages

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
        var builder = try Builder(
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
            return "the night starts from scratch: the model in production holds parts of \(missing) "
                + "\(missing == 1 ? "image" : "images") that it no longer trains on"
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

    /// Checks before a night that the model in production can be trained further.
    ///
    /// - Parameter name: the name of the model, for the message.
    /// - Throws: `RetrainingError.otherNetwork`.
    package static func requireSameNetwork(_ champion: Model, _ name: String, _ images: NightImages) throws {
        let recipe = try TrainingRecipe(images.manifest)
        // The criterion of the gate compares models of one view.
        guard images.section.start != .warm || (champion.frame, champion.region) == (recipe.frame, recipe.region) else {
            func words(_ frame: ObjectFrame?, _ region: RegionOfInterest?) -> String {
                frame.map { "a frame of \($0.words) around the object" } ?? region?.kind.words ?? "whole images"
            }
            throw RetrainingError.otherNetwork(
                champion: name, found: "a detector on " + words(champion.frame, champion.region),
                expected: "one on " + words(recipe.frame, recipe.region))
        }
        guard images.section.start == .warm, recipe.detector.isTrained else { return }
        let known = try champion.autoencoder(name: name)
        // Of several candidates, another one may have been better: the network is trained anew.
        if known == nil, recipe.detector.kindName != AutoencoderKind.name { return }
        func words(_ network: String, _ grid: TileGrid, _ range: SampleRange?) -> String {
            "\(network) for images of \(grid.width) x \(grid.height) pixels"
                + (grid.isSingle ? "" : " in tiles of \(grid.tileWidth) x \(grid.tileHeight)")
                + (range.map { " with samples of the range \($0.words)" } ?? "")
        }
        var network = "a detector of the kind \(champion.kind)"
        func words(_ network: NetworkSettings, _ reduction: Int) -> String {
            "\(network.architecture.rawValue) of width \(network.baseWidth)"
                + (network.input == .localContrast ? " on local contrast" : "")
                + (reduction > 1 ? " at \(reduction == 2 ? "half" : "a quarter of") the resolution" : "")
        }
        if let known {
            network = words(
                NetworkSettings(architecture: known.architecture, baseWidth: known.baseWidth, input: known.input),
                known.reduction)
        }
        let found = words(network, champion.grid, champion.range)
        let expected = words(words(recipe.network, recipe.reduction), recipe.grid, recipe.range)
        guard found == expected else {
            throw RetrainingError.otherNetwork(champion: name, found: found, expected: expected)
        }
    }

    /// A builder of the task graph.
    private struct Builder {
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
