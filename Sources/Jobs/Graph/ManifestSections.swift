import AnomalyDetection
import Imaging
import Manifests
import Stages
import VerdictStatistics

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
