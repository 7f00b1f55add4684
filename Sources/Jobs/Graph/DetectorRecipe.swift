import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Stages

/// The detector of a manifest.
package enum DetectorRecipe: Sendable {
    /// Trained by corruption and training tasks.
    case autoencoder
    /// Fitted by one task to the features of a pretrained network.
    case features(FeatureDetector, backbone: String)
    /// Several of these at once.
    case fusion([FeatureDetector], FusionRule, backbone: String)
    /// A program of the user.
    case external
    /// Maps that another program wrote.
    case maps
    /// The one of these with the highest criterion.
    indirect case choice([DetectorRecipe])

    package enum FeatureDetector: Sendable {
        case memory(MemorySettings)
        case gaussian(GaussianSettings)
        case random(RandomSettings)

        var kindName: String {
            switch self {
            case .memory: MemoryKind.name
            case .gaussian: GaussianKind.name
            case .random: RandomKind.name
            }
        }

        /// The name among candidates.
        var label: String {
            if case .gaussian(let settings) = self { "\(kindName)-\(settings.place.rawValue)" } else { kindName }
        }

        var stage: any Stage.Type {
            switch self {
            case .memory: FitMemoryStage.self
            case .gaussian: FitGaussianStage.self
            case .random: FitRandomStage.self
            }
        }

        func fit(_ recipe: TrainingRecipe) -> any Stage {
            switch self {
            case .memory(let settings):
                FitMemoryStage(memory: settings, samples: recipe.samples, engine: recipe.scoringEngine)
            case .gaussian(let settings):
                FitGaussianStage(gaussian: settings, samples: recipe.samples, engine: recipe.scoringEngine)
            case .random(let settings):
                FitRandomStage(random: settings, samples: recipe.samples, engine: recipe.scoringEngine)
            }
        }
    }

    init(_ section: DetectorSection) {
        let backbone = section.backbone, rule = FusionRule(rawValue: section.fusion.rule.rawValue)!
        func detector(_ member: DetectorSection.Fusion.Member) -> FeatureDetector {
            switch member {
            case .memory: .memory(MemorySettings(section))
            case .gaussianEach: .gaussian(GaussianSettings(section, place: .each))
            case .gaussianAll: .gaussian(GaussianSettings(section, place: .all))
            case .random:
                .random(
                    RandomSettings(
                        taps: section.taps, directions: section.random.directions, variants: section.random.variants))
            }
        }
        let fusion = DetectorRecipe.fusion(section.fusion.of.map(detector), rule, backbone: backbone)
        switch section.kind {
        case .ssae: self = .autoencoder
        case .memory: self = .features(detector(.memory), backbone: backbone)
        case .gaussian:
            self = .features(
                detector(section.gaussian.place == .each ? .gaussianEach : .gaussianAll), backbone: backbone)
        case .random: self = .features(detector(.random), backbone: backbone)
        case .fusion: self = fusion
        case .external: self = section.external.maps == nil ? .external : .maps
        case .auto:
            let single = [DetectorSection.Fusion.Member.memory, .gaussianEach, .gaussianAll].map {
                DetectorRecipe.features(detector($0), backbone: backbone)
            }
            self = .choice(single + [fusion])
        }
    }

    package var kindName: String {
        switch self {
        case .autoencoder: AutoencoderKind.name
        case .features(let detector, _): detector.kindName
        case .fusion: FusionKind.name
        case .external: ExternalKind.name
        case .maps: MapsKind.name
        case .choice: "auto"
        }
    }

    /// The name among candidates.
    var label: String { if case .features(let detector, _) = self { detector.label } else { kindName } }

    /// The name or digest of the pretrained network; nil if there is none.
    package var backbone: String? {
        switch self {
        case .autoencoder, .external, .maps: nil
        case .features(_, let backbone), .fusion(_, _, let backbone): backbone
        case .choice(let recipes): recipes.first?.backbone
        }
    }

    /// True if corruption and training tasks make it.
    package var isTrained: Bool { if case .autoencoder = self { true } else { false } }

    /// The stages that fit it.
    package var stages: [any Stage.Type] {
        switch self {
        case .autoencoder: [CorruptStage.self, TrainStage.self, FitAutoencoderStage.self]
        case .features(let detector, _): [detector.stage]
        case .fusion(let detectors, _, _): detectors.map(\.stage) + [FitFusionStage.self]
        case .external: [FitExternalStage.self]
        case .maps: [FitMapsStage.self]
        case .choice(let recipes): recipes.flatMap(\.stages) + [ChooseStage.self]
        }
    }
}

extension MemorySettings {
    fileprivate init(_ section: DetectorSection) {
        let memory = section.memory
        self.init(
            taps: section.taps, points: memory.points, density: PatchDensity(rawValue: memory.density.rawValue)!,
            neighbours: memory.neighbours, variants: memory.variants)
    }
}

extension GaussianSettings {
    fileprivate init(_ section: DetectorSection, place: Place) {
        self.init(
            taps: section.taps, channels: section.gaussian.channels, place: place,
            variants: section.gaussian.variants)
    }
}

/// What the fit of a detector starts from.
package struct FitInputs {
    package var training, heldOut, normalization, colour: TaskInput
    /// The pretrained network; empty if the detector needs none.
    package var backbone: [TaskInput]
    /// The program or maps of a detector of the kind `external`; nil for other kinds.
    package var external: ExternalInputs?

    package init(
        training: TaskInput, heldOut: TaskInput, normalization: TaskInput, colour: TaskInput, backbone: [TaskInput],
        external: ExternalInputs? = nil
    ) {
        (self.training, self.heldOut, self.normalization) = (training, heldOut, normalization)
        (self.colour, self.backbone, self.external) = (colour, backbone, external)
    }
}

extension GraphAssembler {
    /// Adds the task that makes a detector.
    ///
    /// - Parameter checkpoint: the task that makes the trained network of an autoencoder.
    package mutating func addFit(
        _ name: String, _ recipe: TrainingRecipe, _ manifest: JobManifest, checkpoint: TaskID?, _ inputs: FitInputs
    ) -> TaskID {
        switch recipe.detector {
        case .autoencoder:
            guard let checkpoint else { fatalError("an autoencoder without a checkpoint") }
            return add(
                "\(name)/autoencoder", FitAutoencoderStage(recipe, manifest),
                inputs: [TaskInput("checkpoint", checkpoint, "checkpoint"), inputs.training, inputs.normalization],
                resources: .wholeMachine)
        case .choice: fatalError("a choice is fitted by its candidates")
        case .external, .maps: return addExternal(name, recipe, inputs)
        case .features(let detector, _): return addFit(name, detector, recipe, inputs)
        case .fusion(let detectors, let rule, _):
            let members = detectors.enumerated().map { number, detector in
                TaskInput("detector.\(number)", addFit(name, detector, recipe, inputs), "detector")
            }
            return add(
                "\(name)/fusion",
                FitFusionStage(
                    kinds: detectors.map(\.kindName), rule: rule, grid: recipe.grid, engine: recipe.scoringEngine,
                    scoring: ScoringParameters(manifest)), inputs: members + [inputs.heldOut] + inputs.backbone,
                resources: .wholeMachine)
        }
    }

    private mutating func addFit(
        _ name: String, _ detector: DetectorRecipe.FeatureDetector, _ recipe: TrainingRecipe, _ inputs: FitInputs
    ) -> TaskID {
        add(
            "\(name)/\(detector.kindName)", detector.fit(recipe),
            inputs: [inputs.training, inputs.colour] + inputs.backbone, resources: .wholeMachine)
    }
}

/// The pretrained networks that manifests name.
package struct BackboneIndex: Sendable {
    private let find: @Sendable (String) throws -> Digest

    /// - Parameter find: returns the digest for a name or a digest in hexadecimal.
    package init(find: @escaping @Sendable (String) throws -> Digest) { self.find = find }

    /// - Throws: `RegistryError.unknownBackbone`, and errors of the store.
    package func digest(_ name: String) throws -> Digest { try find(name) }

    /// For checks of a manifest without a store.
    package static let unchecked = BackboneIndex { Digest.of(text: $0) }

    /// The input of all tasks that use a backbone; empty if the detector needs none.
    package func inputs(_ recipe: TrainingRecipe) throws -> [TaskInput] {
        guard let name = recipe.detector.backbone else { return [] }
        return [TaskInput.backbone(try find(name))]
    }
}

extension TaskInput {
    package static func backbone(_ digest: Digest) -> TaskInput { TaskInput(name: "backbone", source: .blob(digest)) }
}
