import AnomalyDetection
import Imaging
import Manifests
import NeuralNetworks
import Stages
import Tensors
import VerdictStatistics

/// The part of a manifest that determines a model: detector, input and training.
package struct TrainingRecipe: Sendable {
    package var detector: DetectorRecipe
    package var architecture: NetworkArchitecture
    package var baseWidth: Int
    /// See `AutoencoderPayload.reduction`.
    package var reduction: Int
    package var networkInput: NetworkInput
    /// The sizes of images and of the tiles that the network processes.
    package var grid: TileGrid
    /// The range of the images' samples; nil for the full range of their formats.
    package var range: SampleRange?
    package var colour: ColourRendering?
    /// The frame around the object; nil for whole images.
    package var frame: ObjectFrame?
    /// The part of the images that is judged; nil for whole images.
    package var region: RegionOfInterest?
    package var training: TrainingParameters
    package var augmentation: Augmentation
    package var corruption: CorruptionParameters
    package var engine: EngineChoice
    /// The engine for the scores of an autoencoder.
    private var reconstructionEngine: EngineChoice

    package init(_ manifest: JobManifest) throws {
        detector = DetectorRecipe(manifest.detector)
        architecture = manifest.network.architecture == .sdc ? .sdc : .sdcCCM
        baseWidth = manifest.network.baseWidth
        reduction = manifest.network.reduction
        networkInput = NetworkInput(rawValue: manifest.network.input.rawValue)!
        let image = manifest.image
        grid = TileGrid(
            width: image.width, height: image.height, tileWidth: image.tile?.width ?? image.width,
            tileHeight: image.tile?.height ?? image.height, overlap: image.tile?.overlap ?? 0)
        range = SampleRange(image)
        colour = image.isConvertedToSRGB ? .sRGB : nil
        frame = ObjectFrame(image)
        region = RegionOfInterest(image)
        let section = manifest.training
        training = TrainingParameters(
            steps: section.steps, batchSize: section.batchSize, learningRate: Float(section.learningRate),
            finalLearningRate: Float(section.finalLearningRate), warmupSteps: section.warmupSteps,
            lambda: Float(section.lambda), seed: section.seed, stepsPerShard: section.stepsPerShard,
            noise: Float(section.noise), averageDecay: Float(section.averageDecay),
            gradientNorm: Float(section.gradientNorm), stopAfter: section.stopAfter)
        let changes = manifest.augmentation
        augmentation = Augmentation(
            flipHorizontal: changes.flipHorizontal, flipVertical: changes.flipVertical,
            quarterTurns: changes.quarterTurns, shift: Float(changes.shift), brightness: Float(changes.brightness),
            contrast: Float(changes.contrast), colour: Float(changes.colour), sharpness: Float(changes.sharpness),
            crop: grid.isSingle ? nil : Augmentation.Crop(width: grid.tileWidth, height: grid.tileHeight))
        corruption = CorruptionParameters(manifest.corruption)
        engine = try EngineChoice(manifest.engine)
        reconstructionEngine = try EngineChoice.scoring(manifest.engine)
    }

    /// The recipe of another detector.
    package func with(_ detector: DetectorRecipe) -> TrainingRecipe {
        var recipe = self
        recipe.detector = detector
        return recipe
    }

    package var scoringEngine: EngineChoice { scoringEngine(of: detector.kindName) }

    func scoringEngine(of kind: String) -> EngineChoice { reconstructionEngine.with(detector: kind) }

    package var view: ImageView {
        ImageView(
            width: grid.width, height: grid.height, range: range, colour: colour, frame: frame, region: region)
    }

    package var network: NetworkSettings {
        NetworkSettings(architecture: architecture, baseWidth: baseWidth, input: networkInput)
    }

    package var samples: SampleSettings {
        SampleSettings(seed: training.seed, batchSize: training.batchSize, augmentation: augmentation, grid: grid)
    }

    /// The samples of a network, which sees reduced images.
    package var networkSamples: SampleSettings {
        var samples = samples
        samples.grid = grid.reduced(by: reduction)
        if !grid.isSingle {
            samples.augmentation.crop = Augmentation.Crop(
                width: samples.grid.tileWidth, height: samples.grid.tileHeight)
        }
        return samples
    }
}

extension CorruptionParameters {
    package init(_ section: CorruptionSection) {
        let patches = section.structured
        func range(_ bounds: ClosedRange<Double>) -> ClosedRange<Float> {
            Float(bounds.lowerBound)...Float(bounds.upperBound)
        }
        let shapes = patches.shapes, contents = patches.contents
        self.init(
            model: CorruptionKind(rawValue: section.model.rawValue)!, cleanFraction: Float(section.cleanFraction),
            foregroundOnly: section.foregroundOnly,
            structured: StructuredParameters(
                patches: patches.patches, size: range(patches.size), opacity: range(patches.opacity),
                softness: range(patches.softness), elasticity: Float(patches.elasticity),
                shapes: ShapeWeights(
                    ellipse: Float(shapes.ellipse), polygon: Float(shapes.polygon), stroke: Float(shapes.stroke)),
                contents: ContentWeights(
                    texture: Float(contents.texture), cutPaste: Float(contents.cutPaste), warp: Float(contents.warp),
                    stain: Float(contents.stain), noise: Float(contents.noise), blur: Float(contents.blur),
                    shift: Float(contents.shift), background: Float(contents.background))),
            nsa: NSAParameters(
                maximumPatches: section.nsa.patches, resize: range(section.nsa.resize),
                mixedGradients: section.nsa.gradients == .mixed))
    }
}

extension EngineChoice {
    /// The engine `auto` is oneDNN where that has fast kernels for training. The precision `auto` is bfloat16 where a
    /// matrix unit makes it faster: without one, float32 is as fast.
    ///
    /// - Parameter instructions: those that oneDNN uses.
    /// - Throws: `EngineError` if this processor does not support the engine or its precision.
    package init(_ section: EngineSection, _ instructions: InstructionSet = OneDNN.instructions) throws {
        let isFast = instructions.hasGradientKernels
        if section.name == .onednn, !isFast {
            throw EngineError.noGradientKernels(instructionSet: instructions.name)
        }
        let kind: NetworkEngine.Kind = section.name == .openblas || !isFast ? .openblas : .onednn
        switch section.precision {
        case .float32: self.init(kind: kind, precision: .float32)
        case .auto:
            self.init(kind: kind, precision: kind == .onednn && instructions.hasMatrixUnit ? .bfloat16 : .float32)
        case .bfloat16:
            guard section.name != .openblas else {
                throw EngineError.unsupportedPrecision(engine: kind.rawValue, precision: .bfloat16)
            }
            guard instructions.hasBFloat16 else { throw EngineError.noBFloat16(instructionSet: instructions.name) }
            self.init(kind: kind, precision: .bfloat16)
        }
    }

    /// The engine for scoring: float32 unless the manifest sets bfloat16, because scores are small differences.
    package static func scoring(_ section: EngineSection) throws -> EngineChoice {
        let choice = try EngineChoice(section)
        return section.precision == .auto ? EngineChoice(kind: choice.kind, precision: .float32) : choice
    }
}

extension SampleRange {
    /// The sample range in a manifest; nil if it sets none.
    package init?(_ image: ImageSection) {
        guard let bounds = image.range else { return nil }
        self.init(lowest: Float(bounds.lowerBound), highest: Float(bounds.upperBound))
    }
}

extension ObjectFrame {
    /// The frame in a manifest; nil if it sets none.
    package init?(_ image: ImageSection) {
        guard let frame = image.frame else { return nil }
        self.init(width: Float(frame.width), height: Float(frame.height))
    }
}

extension RegionOfInterest {
    /// The region of interest in a manifest; nil if it sets none.
    package init?(_ image: ImageSection) {
        switch image.region {
        case .polygon(let corners): self.init(.polygon, corners: corners.map { Float($0) })
        case .mask: self.init(.mask)
        case .masks: self.init(.masks)
        case .auto: self.init(.auto)
        case nil: return nil
        }
    }
}

extension CalibrateStage {
    package init(_ category: String, _ recipe: TrainingRecipe, _ manifest: JobManifest) {
        self.init(
            category: category, kind: recipe.detector.kindName, samples: recipe.samples, engine: recipe.scoringEngine,
            range: recipe.range, colour: recipe.colour, frame: recipe.frame, region: recipe.region,
            scoring: ScoringParameters(manifest, recipe.detector),
            quantile: Float(manifest.calibration.quantile),
            estimate: Calibration.Estimate(rawValue: manifest.calibration.estimate.rawValue)!,
            costs: manifest.calibration.costs.map {
                ThresholdBalance.Costs(falseAlarm: Float($0.falseAlarm), miss: Float($0.miss))
            }, threshold: manifest.calibration.threshold.map { Float($0) },
            pixelThreshold: manifest.calibration.pixelThreshold.map { Float($0) },
            pixelSize: manifest.image.pixelSize)
    }
}

extension ScoringParameters {
    /// Only the errors of an autoencoder have several scales and levels and are normalised. Maps of other programs are
    /// not smoothed.
    init(_ manifest: JobManifest, _ detector: DetectorRecipe) {
        let section = manifest.scoring, hasErrors = detector.hasErrors, isExternal = manifest.detector.kind == .external
        self.init(
            boxSize: section.boxSize
                ?? ScoringParameters.usualBoxSize(shorterSide: min(manifest.image.width, manifest.image.height)),
            boxPasses: isExternal ? 0 : section.boxPasses, scales: hasErrors ? section.scales : 1,
            levels: hasErrors ? section.levels : 1,
            normalization: hasErrors ? MapNormalization(rawValue: section.normalization.rawValue)! : .none,
            imageScore: ImageScore(rawValue: section.imageScore.rawValue)!, topFraction: Float(section.topFraction))
    }
}
