import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Stages

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
