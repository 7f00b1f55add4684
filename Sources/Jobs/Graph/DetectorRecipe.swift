import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Stages

/// The detector of a manifest.
package struct DetectorRecipe: Sendable {
    package enum Form: Sendable {
        case single(SingleDetector)
        /// Several at once.
        case fusion([SingleDetector], FusionRule)
        /// The one of these that `ChooseStage` takes.
        case choice([DetectorRecipe])
    }

    package let form: Form
    /// The name or digest of the pretrained network; nil if no detector uses one.
    package let backbone: String?

    private init(_ form: Form, backbone name: String) {
        self.form = form
        backbone = form.members.contains(where: \.usesFeatures) ? name : nil
    }

    init(_ section: DetectorSection) {
        func recipe(_ form: Form) -> DetectorRecipe { DetectorRecipe(form, backbone: section.backbone) }
        func single(_ name: DetectorSection.Single) -> DetectorRecipe { recipe(.single(SingleDetector(name, section))) }
        let fusion = recipe(
            .fusion(
                section.fusion.of.map { SingleDetector($0, section) },
                FusionRule(rawValue: section.fusion.rule.rawValue)!))
        switch section.kind {
        case .ssae: self = single(.ssae)
        case .segmentation: self = single(.segmentation)
        case .memory: self = single(.memory)
        case .gaussian: self = single(section.gaussian.place == .each ? .gaussianEach : .gaussianAll)
        case .random: self = single(.random)
        case .fusion: self = fusion
        case .external: self = recipe(.single(section.external.maps == nil ? .external : .maps))
        case .auto:
            self = recipe(
                .choice(
                    section.auto.of.map { candidate in
                        switch candidate {
                        case .single(let name): single(name)
                        case .fusion: fusion
                        }
                    }))
        }
    }

    package var kindName: String {
        switch form {
        case .single(let detector): detector.kindName
        case .fusion: FusionKind.name
        case .choice: "auto"
        }
    }

    /// The name among candidates.
    var label: String { if case .single(let detector) = form { detector.label } else { kindName } }

    /// True if corruption and training tasks make it, or a part of it.
    package var isTrained: Bool { form.members.contains(where: \.isTrained) }

    /// The settings of its segmentation network; nil without one.
    package var segmentation: SegmentationSettings? {
        form.members.lazy.compactMap { if case .segmentation(let settings, _) = $0 { settings } else { nil } }.first
    }

    /// True if the errors of an autoencoder are a part of it.
    var hasErrors: Bool { form.members.contains { if case .autoencoder = $0 { true } else { false } } }

    /// The stages that train or fit the detector.
    package var stages: [any Stage.Type] {
        switch form {
        case .single(let detector): detector.stages
        case .fusion(let detectors, _): detectors.flatMap(\.stages) + [FitFusionStage.self]
        case .choice(let recipes): recipes.flatMap(\.stages) + [ChooseStage.self]
        }
    }
}

extension DetectorRecipe.Form {
    /// The detectors of one kind that it consists of.
    fileprivate var members: [SingleDetector] {
        switch self {
        case .single(let detector): [detector]
        case .fusion(let detectors, _): detectors
        case .choice(let recipes): recipes.flatMap(\.form.members)
        }
    }
}

/// A detector of one kind, alone or as a part of others.
package enum SingleDetector: Sendable {
    /// Trained by corruption and training tasks.
    case autoencoder
    /// Trained beside an autoencoder, on its shards.
    case segmentation(SegmentationSettings, share: Double)
    /// Fitted by one task to the features of a pretrained network.
    case memory(MemorySettings)
    case gaussian(GaussianSettings)
    case random(RandomSettings)
    /// A program of the user.
    case external
    /// Maps that another program wrote.
    case maps

    init(_ name: DetectorSection.Single, _ section: DetectorSection) {
        switch name {
        case .ssae: self = .autoencoder
        case .segmentation:
            self = .segmentation(
                SegmentationSettings(baseWidth: section.segmentation.baseWidth), share: section.segmentation.share)
        case .memory: self = .memory(MemorySettings(section))
        case .gaussianEach: self = .gaussian(GaussianSettings(section, place: .each))
        case .gaussianAll: self = .gaussian(GaussianSettings(section, place: .all))
        case .random:
            self = .random(
                RandomSettings(
                    taps: section.taps, directions: section.random.directions, variants: section.random.variants,
                    foreground: section.foreground))
        }
    }

    var kindName: String {
        switch self {
        case .autoencoder: AutoencoderKind.name
        case .segmentation: SegmentationKind.name
        case .memory: MemoryKind.name
        case .gaussian: GaussianKind.name
        case .random: RandomKind.name
        case .external: ExternalKind.name
        case .maps: MapsKind.name
        }
    }

    /// The name among candidates.
    var label: String {
        if case .gaussian(let settings) = self { "\(kindName)-\(settings.place.rawValue)" } else { kindName }
    }

    var isTrained: Bool {
        switch self {
        case .autoencoder, .segmentation: true
        case .memory, .gaussian, .random, .external, .maps: false
        }
    }

    var usesFeatures: Bool {
        switch self {
        case .memory, .gaussian, .random: true
        case .autoencoder, .segmentation, .external, .maps: false
        }
    }

    var stages: [any Stage.Type] {
        switch self {
        case .autoencoder: [CorruptStage.self, TrainStage.self, FitAutoencoderStage.self]
        case .segmentation:
            [CorruptStage.self, TrainStage.self, TrainSegmentationStage.self, FitSegmentationStage.self]
        case .memory: [FitMemoryStage.self]
        case .gaussian: [FitGaussianStage.self]
        case .random: [FitRandomStage.self]
        case .external: [FitExternalStage.self]
        case .maps: [FitMapsStage.self]
        }
    }
}

extension MemorySettings {
    fileprivate init(_ section: DetectorSection) {
        let memory = section.memory
        self.init(
            taps: section.taps, points: memory.points, density: PatchDensity(rawValue: memory.density.rawValue)!,
            neighbours: memory.neighbours, variants: memory.variants, foreground: section.foreground)
    }
}

extension GaussianSettings {
    fileprivate init(_ section: DetectorSection, place: Place) {
        self.init(
            taps: section.taps, channels: section.gaussian.channels, place: place,
            variants: section.gaussian.variants, foreground: section.foreground)
    }
}

/// The inputs of the tasks that fit a detector.
package struct FitInputs {
    package var training, heldOut, normalization, colour: TaskInput
    /// The foreign textures; may be empty.
    package var textures: [TaskInput]
    /// The tasks that make the trained network of an autoencoder, in the order of training; empty without one.
    package var checkpoints: [TaskID]
    /// The tasks that make the corruptions of its shards, in the order of training.
    package var corruptions: [TaskID]
    /// The checkpoint from which a segmentation network is trained further; nil for new weights.
    package var segmentation: TaskInput?
    /// The pretrained network; empty if the detector needs none.
    package var backbone: [TaskInput]
    /// The program or maps of a detector of the kind `external`; nil for other kinds.
    package var external: ExternalInputs?
    /// The mask that is the region of interest of all images; nil for another region.
    package var region: TaskInput?

    package init(
        training: TaskInput, heldOut: TaskInput, normalization: TaskInput, colour: TaskInput,
        textures: [TaskInput], checkpoints: [TaskID], corruptions: [TaskID],
        segmentation: TaskInput? = nil, backbone: [TaskInput], external: ExternalInputs? = nil,
        region: TaskInput? = nil
    ) {
        (self.training, self.heldOut, self.normalization) = (training, heldOut, normalization)
        (self.colour, self.textures) = (colour, textures)
        (self.checkpoints, self.corruptions, self.segmentation) = (checkpoints, corruptions, segmentation)
        (self.backbone, self.external, self.region) = (backbone, external, region)
    }
}

extension GraphAssembler {
    /// Adds the task that makes a detector.
    package mutating func addFit(
        _ name: String, _ recipe: TrainingRecipe, _ manifest: JobManifest, _ inputs: FitInputs
    ) -> TaskID {
        switch recipe.detector.form {
        case .choice: fatalError("a choice is fitted by its candidates")
        case .single(let detector): return addFit(name, detector, recipe, manifest, inputs)
        case .fusion(let detectors, let rule):
            var members: [TaskInput] = []
            for (number, detector) in detectors.enumerated() {
                let fit = addFit(name, detector, recipe, manifest, inputs)
                members.append(TaskInput("detector.\(number)", fit, "detector"))
                // The curve of the report: that of the first network.
                if detector.isTrained, !detectors[..<number].contains(where: \.isTrained) {
                    members.append(TaskInput("training.json", fit, "training.json"))
                }
            }
            members += [inputs.heldOut, inputs.colour]
            if rule == .learned { members += [inputs.training] + inputs.textures }
            return add(
                "\(name)/fusion",
                FitFusionStage(
                    kinds: detectors.map(\.kindName), rule: rule, samples: recipe.samples, engine: recipe.scoringEngine,
                    scoring: ScoringParameters(manifest, recipe.detector)), inputs: members + inputs.backbone,
                resources: .wholeMachine)
        }
    }

    private mutating func addFit(
        _ name: String, _ detector: SingleDetector, _ recipe: TrainingRecipe, _ manifest: JobManifest,
        _ inputs: FitInputs
    ) -> TaskID {
        let samples = recipe.samples, engine = recipe.scoringEngine(of: detector.kindName)
        let features = [inputs.training, inputs.colour] + inputs.backbone
        let stage: any Stage
        switch detector {
        case .autoencoder:
            guard let checkpoint = inputs.checkpoints.last else { fatalError("an autoencoder without a checkpoint") }
            return add(
                "\(name)/autoencoder",
                FitAutoencoderStage(
                    network: recipe.network, grid: recipe.grid, reduction: recipe.reduction, engine: engine,
                    scoring: ScoringParameters(manifest, recipe.detector)),
                inputs: [TaskInput("checkpoint", checkpoint, "checkpoint"), inputs.training, inputs.normalization],
                resources: .wholeMachine)
        case .segmentation(let settings, let share):
            return addSegmentation(name, settings, share: share, recipe, inputs)
        case .external, .maps: return addExternal(name, recipe, inputs)
        case .memory(let settings): stage = FitMemoryStage(memory: settings, samples: samples, engine: engine)
        case .gaussian(let settings): stage = FitGaussianStage(gaussian: settings, samples: samples, engine: engine)
        case .random(let settings): stage = FitRandomStage(random: settings, samples: samples, engine: engine)
        }
        return add("\(name)/\(detector.kindName)", stage, inputs: features, resources: .wholeMachine)
    }
}

/// Finds the pretrained networks that manifests name.
package struct BackboneIndex: Sendable {
    private let find: @Sendable (String) throws -> Digest

    /// - Parameter find: returns the digest for a name or a digest in hexadecimal.
    package init(find: @escaping @Sendable (String) throws -> Digest) { self.find = find }

    /// - Throws: `RegistryError.unknownBackbone`, and errors of the store.
    package func digest(_ name: String) throws -> Digest { try find(name) }

    /// Accepts any name, for checks of a manifest without a store.
    package static let unchecked = BackboneIndex { Digest.of(text: $0) }

    /// The input of all tasks that use the backbone; empty for an autoencoder.
    package func inputs(_ recipe: TrainingRecipe) throws -> [TaskInput] {
        guard let name = recipe.detector.backbone else { return [] }
        return [TaskInput.backbone(try find(name))]
    }
}

extension TaskInput {
    package static func backbone(_ digest: Digest) -> TaskInput { TaskInput(name: "backbone", source: .blob(digest)) }
}
