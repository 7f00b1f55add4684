import AnomalyDetection
import ContentStore
import Imaging
import Metrics
import Pipeline
import VerdictStatistics

/// Measures a model on held-out normal images and on synthetic corruptions of them, without labels or test images.
///
/// Inputs: `model`, `heldout`, `training`, `colour`, perhaps `textures`; `candidates` if the model was chosen from
/// several.
package struct AssessStage: Stage {
    package static let name = "assess"
    /// History: 4 = every kind of corruption on the same images; no white balance for a grey data set; 5 = detectors of
    /// any kind; 6 = brief assessments of candidates; pixel AUROC in the criterion; 7 = AU-PRO in its place; 8 =
    /// medians of an even number of shifts; changes of the camera within the region of interest; 9 = up to
    /// 256 defects in up to 64 held-out images; objects in light from one side.
    package static let version = 9
    /// The number of images for measuring robustness and the projection.
    static let robustnessImages = 12
    private static let projectionSamples = 16, directions = 8

    var engine: EngineChoice
    var seed: UInt64
    /// True to measure no more than the choice between candidates needs.
    var isBrief: Bool
    var corruptionVersion = CorruptionModel.version

    package init(
        engine: EngineChoice, seed: UInt64, isBrief: Bool = false, corruptionVersion: Int = CorruptionModel.version
    ) {
        (self.engine, self.seed, self.isBrief) = (engine, seed, isBrief)
        self.corruptionVersion = corruptionVersion
    }

    package var outputs: [String] { ["assessment.json"] }

    package func run(_ context: TaskContext) throws {
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        let heldOut = try TrainingImages(try context.readJSON(TrainingIndex.self, "heldout"), context, model.grid)
        if model.kind == MapsKind.name {
            return try context.writeJSON(unchanged(model, heldOut, context), to: "assessment.json")
        }
        let trials = try SyntheticTrials(context, heldOut, model.grid)
        var assessment = try model.withDetector(engine, context) { try assess(model, $0, trials, context) }
        if context.hasInput("candidates") {
            assessment.candidates = try context.readJSON([Assessment.Candidate].self, "candidates")
        }
        try context.writeJSON(assessment, to: "assessment.json")
    }

    /// The assessment of a detector that cannot score changed images: false alarms on held-out images.
    private func unchanged(_ model: Model, _ images: TrainingImages, _ context: TaskContext) throws -> Assessment {
        let found = try model.withDetector(engine, context) {
            try scores(model, $0, images.count, context, image: images.image)
        }
        return Assessment(
            criterion: 0, normalImages: found.count, normalScores: found.map(model.calibration.normalized),
            defectScores: [], falseAlarms: share(found, model), recall: 0, detection: Assessment.Detection(samples: 0),
            kinds: [:], robustness: [])
    }

    private func assess(
        _ model: Model, _ detector: any Detector, _ trials: SyntheticTrials, _ context: TaskContext
    ) throws -> Assessment {
        let network = isBrief ? nil : detector as? any Projection
        let before = try network?.untrained(seed: seed) { try projection($0, trials, context) }
        let after = try network.map { try projection($0, trials, context) }
        let kinds = CorruptionKind.allCases.filter { kind in trials.trials.contains { $0.kind == kind } }
        let pixels = model.grid.width * model.grid.height
        var tally = DefectTally(
            kinds: kinds.count, expectedPixels: (trials.cleanCount + trials.trials.count) * pixels,
            scratchFolder: context.outputPath("."))
        var (clean, corrupted): ([Float], [Float]) = ([], [])
        try detect(model, detector, trials.cleanCount, context, image: trials.clean) { _, detection in
            clean.append(detection.score)
            try tally.addClean(detection)
        }
        try detect(
            model, detector, trials.trials.count, context, image: { trials.corrupted(trials.trials[$0]).corrupted }
        ) { number, detection in
            corrupted.append(detection.score)
            let trial = trials.trials[number]
            try tally.add(
                detection, mask: trials.corrupted(trial).mask, kind: kinds.firstIndex(of: trial.kind)!)
        }
        let (found, all) = try tally.detections()
        let shares = zip(kinds, found).sorted { $0.0.rawValue < $1.0.rawValue }.compactMap { _, kind -> Double? in
            guard let image = kind.imageAUROC, let overlap = kind.aupro else { return nil }
            return (image + overlap) / 2
        }
        return Assessment(
            criterion: shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count),
            normalImages: clean.count, normalScores: clean.map(model.calibration.normalized),
            defectScores: corrupted.map(model.calibration.normalized), falseAlarms: share(clean, model),
            recall: share(corrupted, model), detection: all,
            kinds: Dictionary(uniqueKeysWithValues: zip(kinds.map(\.rawValue), found)),
            robustness: isBrief ? [] : try robustness(model, detector, trials, usual: clean, context),
            projection: after, projectionBeforeTraining: before)
    }

    /// The fraction of scores that the model calls anomalous.
    private func share(_ scores: [Float], _ model: Model) -> Double {
        let anomalous = scores.count(where: model.calibration.isAnomaly)
        return scores.isEmpty ? 0 : Double(anomalous) / Double(scores.count)
    }

    /// Makes and scores images in small batches, to bound memory.
    private func detect(
        _ model: Model, _ detector: any Detector, _ count: Int, _ context: TaskContext, image: (Int) -> PlanarImage,
        use: (Int, Detection) throws -> Void
    ) throws {
        for numbers in detector.batches(of: count) {
            try context.checkCancellation()
            for (number, detection) in zip(numbers, try detector.detect(numbers.map(image), model.scoring)) {
                guard detection.score.isFinite else { throw ScoringError.notFinite(task: "\(context.task)") }
                try use(number, detection)
            }
        }
    }

    private func scores(
        _ model: Model, _ detector: any Detector, _ count: Int, _ context: TaskContext, image: (Int) -> PlanarImage
    ) throws -> [Float] {
        var scores: [Float] = []
        try detect(model, detector, count, context, image: image) { scores.append($1.score) }
        return scores
    }

    private func robustness(
        _ model: Model, _ detector: any Detector, _ trials: SyntheticTrials, usual: [Float], _ context: TaskContext
    ) throws -> [Assessment.Robustness] {
        let changes = CameraChange.possible(isGrey: try context.readJSON(DataSetColour.self, "colour").isGrey)
        let clean = min(trials.cleanCount, AssessStage.robustnessImages)
        let corrupted = trials.trials.prefix(2 * AssessStage.robustnessImages)
        return try changes.enumerated().map { number, change in
            context.progress(number, of: changes.count, unit: "camera changes")
            let changed = try scores(model, detector, clean, context) { change.applied(to: trials.clean($0)) }
            let defects = try scores(model, detector, corrupted.count, context) {
                change.applied(to: trials.corrupted(corrupted[$0]).corrupted)
            }
            let shifts = zip(changed, usual).map {
                Double(model.calibration.normalized($0) - model.calibration.normalized($1))
            }
            return Assessment.Robustness(
                change: change, label: change.label, scoreShift: median(shifts),
                falseAlarms: Double(changed.count { model.calibration.isAnomaly($0) }) / Double(changed.count),
                imageAUROC: try RankMetrics.auroc(
                    scores: changed + defects, labels: changed.map { _ in false } + defects.map { _ in true }))
        }
    }

    private func projection(
        _ detector: any Projection, _ trials: SyntheticTrials, _ context: TaskContext
    ) throws -> ProjectionMeasures {
        let chosen = trials.trials.prefix(AssessStage.projectionSamples)
        guard let first = chosen.first else { throw AssessmentError.nothingToCorrupt(task: "\(context.task)") }
        let (width, height) = (trials.clean(first.image).width, trials.clean(first.image).height)
        let alike = trials.trials.filter { $0.image == first.image }.prefix(AssessStage.directions)
        // Without a common region, all pixels are measured.
        let region = trials.clean(first.image).regionOfInterest
        let isCommon = chosen.allSatisfy { trials.clean($0.image).regionOfInterest == region }
        // Lazy, so that only one image is held at a time.
        return try ProjectionMeasures(
            samples: chosen.lazy.map { trial in
                let sample = trials.corrupted(trial)
                return ProjectionMeasures.Sample(
                    clean: trials.clean(trial.image).values, corrupted: sample.corrupted.values, mask: sample.mask)
            },
            directions: alike.lazy.map { trial in
                zip(trials.corrupted(trial).corrupted.values, trials.clean(trial.image).values).map { $0 - $1 }
            }
        ) { vectors in
            try context.checkCancellation()
            return detector.reconstruct(
                vectors.map {
                    PlanarImage(width: width, height: height, channels: 3, values: $0)
                        .restricted(to: isCommon ? region : nil)
                }
            ).map(\.values)
        }
    }
}

/// A reason why a model cannot be assessed.
enum AssessmentError: Error, CustomStringConvertible {
    case nothingToCorrupt(task: String)

    var description: String {
        switch self {
        case .nothingToCorrupt(let task):
            "\(task): none of the held-out images could be corrupted visibly: are they all of one colour?"
        }
    }
}
