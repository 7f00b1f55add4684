import ContentStore
import Manifests
import Pipeline
import Stages

/// The detector of a manifest.
package enum DetectorRecipe: Sendable {
    /// Trained by corruption and training tasks.
    case autoencoder
    /// Fitted by one task.
    case memory(MemorySettings, backbone: String)

    init(_ section: DetectorSection) {
        switch section.kind {
        case .ssae: self = .autoencoder
        case .memory:
            let memory = section.memory
            self = .memory(
                MemorySettings(
                    taps: section.taps, points: memory.points,
                    density: PatchDensity(rawValue: memory.density.rawValue)!, neighbours: memory.neighbours,
                    variants: memory.variants), backbone: section.backbone)
        }
    }

    package var kindName: String {
        switch self {
        case .autoencoder: AutoencoderKind.name
        case .memory: MemoryKind.name
        }
    }

    /// The name or digest of the pretrained network; nil if there is none.
    package var backbone: String? {
        switch self {
        case .autoencoder: nil
        case .memory(_, let backbone): backbone
        }
    }

    /// True if corruption and training tasks make it.
    package var isTrained: Bool { if case .autoencoder = self { true } else { false } }

    /// The stages that fit it.
    package var stages: [any Stage.Type] {
        switch self {
        case .autoencoder: [CorruptStage.self, TrainStage.self, FitAutoencoderStage.self]
        case .memory: [FitMemoryStage.self]
        }
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
        case .memory(let settings, _):
            return add(
                "\(name)/memory",
                FitMemoryStage(memory: settings, samples: recipe.samples, engine: recipe.scoringEngine),
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
