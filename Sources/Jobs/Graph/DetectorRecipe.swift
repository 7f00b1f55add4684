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
