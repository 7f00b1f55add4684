import AnomalyDetection
import ContentStore
import Imaging
import Metrics
import NeuralNetworks
import Pipeline

/// Measures a model on held-out normal images and synthetic corruptions of them. No label is known here, and no test image.
struct AssessStage: Stage {
    static let name = "assess"
    static let version = 3
    /// Images that camera changes and the projection are measured on.
    static let robustnessImages = 12
    private static let projectionSamples = 16, directions = 8

    var recipe: TrainingRecipe
    var images: TrainingImageShelf
    var engines: EngineShelf

    let outputs = ["assessment.json"]

    var parameters: [KeyPart] {
        recipe.scoringEngine.keyParts + [
            KeyPart("seed", .text("\(recipe.training.seed)")), KeyPart("corruption.version", CorruptionModel.version),
        ]
    }

    func run(_ context: TaskContext) throws {
        let isGrey = try context.readJSON(DataSetColour.self, "colour").isGrey
        let model = try Model(bytes: try context.read("model"), name: "\(context.task) model")
        let heldOut = try TrainingImages(try context.readJSON(TrainingIndex.self, "heldout"), context)
        let textures =
            try context.hasInput("textures")
            ? TextureImages(try context.readJSON([Digest].self, "textures"), context) : nil
        let normals = try images.images("training", context)
        let trials = try SyntheticTrials(images: heldOut, normals: normals, textures: textures, isGrey: isGrey) {
            try context.checkCancellation()
        }
        try heldOut.requireReadable()
        try normals.requireReadable()
        let assessment = try engines.withEngine(.scoring(model, recipe.scoringEngine, threads: context.threads)) {
            engine in
            try assess(model, engine, trials, CameraChange.possible(isGrey: isGrey), context)
        }
        try context.writeJSON(assessment, to: "assessment.json")
    }

    private func assess(
        _ model: Model, _ engine: NetworkEngine, _ trials: SyntheticTrials, _ changes: [CameraChange],
        _ context: TaskContext
    ) throws -> Assessment {
        let detector = Detector(engine: engine, model: model)
        engine.load(model.network.initialParameters(seed: recipe.training.seed))
        let before = try projection(detector, trials, context)
        engine.load(model.parameters)
        let after = try projection(detector, trials, context)
        let clean = try detections(detector, trials.clean, context)
        let corrupted = try detections(detector, trials.trials.map(\.corrupted), context)
        var kinds: [String: Assessment.Detection] = [:]
        for kind in CorruptionKind.allCases {
            let chosen = trials.trials.indices.filter { trials.trials[$0].kind == kind }
            guard !chosen.isEmpty else { continue }
            kinds[kind.rawValue] = try detection(clean, chosen.map { (corrupted[$0], trials.trials[$0].mask) })
        }
        let shares = kinds.sorted { $0.key < $1.key }.compactMap { kind -> Double? in
            guard let image = kind.value.imageAUROC, let pixel = kind.value.pixelAP else { return nil }
            return (image + pixel) / 2
        }
        return Assessment(
            criterion: shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count),
            normalImages: clean.count,
            normalScores: clean.map { model.calibration.normalized($0.score) },
            defectScores: corrupted.map { model.calibration.normalized($0.score) },
            falseAlarms: share(clean, model), recall: share(corrupted, model),
            detection: try detection(clean, trials.trials.indices.map { (corrupted[$0], trials.trials[$0].mask) }),
            kinds: kinds,
            robustness: try robustness(model, detector, trials, changes, usual: clean.map(\.score), context),
            projection: after,
            projectionBeforeTraining: before)
    }

    /// Of what the model calls anomalous.
    private func share(_ detections: [Detection], _ model: Model) -> Double {
        let anomalous = detections.count { model.calibration.isAnomaly($0.score) }
        return detections.isEmpty ? 0 : Double(anomalous) / Double(detections.count)
    }

    private func detections(_ detector: Detector, _ images: [PlanarImage], _ context: TaskContext) throws -> [Detection]
    {
        var found: [Detection] = []
        for first in stride(from: 0, to: images.count, by: 8) {
            try context.checkCancellation()
            found += detector.detect(Array(images[first..<min(first + 8, images.count)]))
        }
        guard found.allSatisfy(\.score.isFinite) else { throw ScoringError.notFinite(task: "\(context.task)") }
        return found
    }

    private func detection(_ clean: [Detection], _ corrupted: [(detection: Detection, mask: [UInt8])]) throws
        -> Assessment.Detection
    {
        func labelled(_ detection: Detection, _ mask: [UInt8]?) -> LabelledMap {
            LabelledMap(
                name: "", width: detection.map.width, height: detection.map.height, values: detection.map.values,
                mask: mask, isAnomalous: mask != nil)
        }
        let pixels = try PixelMetrics.evaluate(
            clean.map { labelled($0, nil) } + corrupted.map { labelled($0.detection, $0.mask) })
        return Assessment.Detection(
            samples: corrupted.count,
            imageAUROC: try RankMetrics.auroc(
                scores: clean.map(\.score) + corrupted.map(\.detection.score),
                labels: clean.map { _ in false } + corrupted.map { _ in true }),
            pixelAUROC: pixels.pixelAUROC, pixelAP: pixels.pixelAP)
    }

    private func robustness(
        _ model: Model, _ detector: Detector, _ trials: SyntheticTrials, _ changes: [CameraChange], usual: [Float],
        _ context: TaskContext
    ) throws -> [Assessment.Robustness] {
        let clean = Array(trials.clean.prefix(AssessStage.robustnessImages))
        let corrupted = trials.trials.prefix(2 * AssessStage.robustnessImages).map(\.corrupted)
        return try changes.enumerated().map { number, change in
            context.progress(number, of: changes.count, unit: "camera changes")
            let changed = try detections(detector, clean.map(change.applied), context).map(\.score)
            let defects = try detections(detector, corrupted.map(change.applied), context).map(\.score)
            let shifts = zip(changed, usual).map {
                Double(model.calibration.normalized($0) - model.calibration.normalized($1))
            }.sorted()
            return Assessment.Robustness(
                change: change, label: change.label, scoreShift: shifts[shifts.count / 2],
                falseAlarms: Double(changed.count { model.calibration.isAnomaly($0) }) / Double(changed.count),
                imageAUROC: try RankMetrics.auroc(
                    scores: changed + defects, labels: changed.map { _ in false } + defects.map { _ in true }))
        }
    }

    private func projection(
        _ detector: Detector, _ trials: SyntheticTrials, _ context: TaskContext
    ) throws -> ProjectionMeasures {
        let chosen = trials.trials.prefix(AssessStage.projectionSamples)
        guard let first = chosen.first else { throw AssessmentError.nothingToCorrupt(task: "\(context.task)") }
        let directions = trials.trials.filter { $0.clean == first.clean }.prefix(AssessStage.directions).map { trial in
            zip(trial.corrupted.values, trial.clean.values).map { $0 - $1 }
        }
        return try ProjectionMeasures(
            samples: chosen.map {
                ProjectionMeasures.Sample(clean: $0.clean.values, corrupted: $0.corrupted.values, mask: $0.mask)
            }, directions: directions
        ) { vectors in
            try context.checkCancellation()
            return detector.reconstruct(
                vectors.map {
                    PlanarImage(width: first.clean.width, height: first.clean.height, channels: 3, values: $0)
                }
            ).map(\.values)
        }
    }
}

/// Why a model cannot be assessed.
enum AssessmentError: Error, CustomStringConvertible {
    case nothingToCorrupt(task: String)

    var description: String {
        switch self {
        case .nothingToCorrupt(let task):
            "\(task): none of the held-out images could be corrupted visibly: are they all of one colour?"
        }
    }
}
