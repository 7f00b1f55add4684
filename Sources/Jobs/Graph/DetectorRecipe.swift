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
    /// The one of these with the highest criterion.
    case choice([FeatureDetector], backbone: String)

    package enum FeatureDetector: Sendable {
        case memory(MemorySettings)
        case gaussian(GaussianSettings)

        var kindName: String {
            switch self {
            case .memory: MemoryKind.name
            case .gaussian: GaussianKind.name
            }
        }

        /// The name among candidates.
        var label: String {
            if case .gaussian(let settings) = self { "\(kindName)-\(settings.place.rawValue)" } else { kindName }
        }

        func fit(_ recipe: TrainingRecipe) -> any Stage {
            switch self {
            case .memory(let settings):
                FitMemoryStage(memory: settings, samples: recipe.samples, engine: recipe.scoringEngine)
            case .gaussian(let settings):
                FitGaussianStage(gaussian: settings, samples: recipe.samples, engine: recipe.scoringEngine)
            }
        }
    }

    init(_ section: DetectorSection) {
        let memory = FeatureDetector.memory(MemorySettings(section))
        func gaussian(_ place: GaussianSettings.Place) -> FeatureDetector {
            .gaussian(GaussianSettings(section, place: place))
        }
        switch section.kind {
        case .ssae: self = .autoencoder
        case .memory: self = .features(memory, backbone: section.backbone)
        case .gaussian:
            let place = GaussianSettings.Place(rawValue: section.gaussian.place.rawValue)!
            self = .features(gaussian(place), backbone: section.backbone)
        case .auto: self = .choice([memory, gaussian(.each), gaussian(.all)], backbone: section.backbone)
        }
    }

    package var kindName: String {
        switch self {
        case .autoencoder: AutoencoderKind.name
        case .features(let detector, _): detector.kindName
        case .choice: "auto"
        }
    }

    /// The name or digest of the pretrained network; nil if there is none.
    package var backbone: String? {
        switch self {
        case .autoencoder: nil
        case .features(_, let backbone), .choice(_, let backbone): backbone
        }
    }

    /// True if corruption and training tasks make it.
    package var isTrained: Bool { if case .autoencoder = self { true } else { false } }

    /// The stages that fit it.
    package var stages: [any Stage.Type] {
        switch self {
        case .autoencoder: [CorruptStage.self, TrainStage.self, FitAutoencoderStage.self]
        case .features(.memory, _): [FitMemoryStage.self]
        case .features(.gaussian, _): [FitGaussianStage.self]
        case .choice: [FitMemoryStage.self, FitGaussianStage.self, ChooseStage.self]
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
    package var training, normalization, colour: TaskInput
    /// The pretrained network; empty if the detector needs none.
    package var backbone: [TaskInput]

    package init(training: TaskInput, normalization: TaskInput, colour: TaskInput, backbone: [TaskInput]) {
        (self.training, self.normalization) = (training, normalization)
        (self.colour, self.backbone) = (colour, backbone)
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
        case .features(let detector, _):
            return add(
                "\(name)/\(recipe.detector.kindName)", detector.fit(recipe),
                inputs: [inputs.training, inputs.colour] + inputs.backbone, resources: .wholeMachine)
        }
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
