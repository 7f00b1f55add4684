import AnomalyDetection
import ContentStore
import Imaging
import NeuralNetworks
import Pipeline

/// Scores the held-out normal images and makes the model: network, scoring and threshold in one file.
///
/// What maps are divided by is measured on images that were trained on, of which there are many; the threshold on images that
/// were not, whose scores are those of new normal images. Held-out images are scored as they are and with the augmentations of
/// the job: what the manifest calls normal shall not be an anomaly, and a handful of images becomes enough for a quantile.
struct CalibrateStage: Stage {
    static let name = "calibrate"
    static let version = 3
    /// More training images would tell the expected error no better.
    private static let expectedErrorImages = 64
    /// Scores that a threshold is taken from, at least.
    private static let calibrationScores = 100

    var category: String
    var recipe: TrainingRecipe
    var scoring: ScoringParameters
    var quantile: Float
    var estimate: Calibration.Estimate
    var engines: EngineShelf

    let outputs = ["model", "calibration.json", "training.json"]

    var parameters: [KeyPart] {
        recipe.networkKeyParts + recipe.sampleKeyParts + recipe.scoringEngine.keyParts + scoring.keyParts + [
            KeyPart("category", category), KeyPart("quantile", quantile), KeyPart("estimate", estimate.rawValue),
        ]
    }

    func run(_ context: TaskContext) throws {
        let checkpoint = try Checkpoint(bytes: try context.read("checkpoint"), name: "\(context.task) checkpoint")
        let heldOut = try TrainingImages(try context.readJSON(TrainingIndex.self, "heldout"), context)
        let normalization = try context.readJSON(PixelNormalization.self, "normalization")
        let parameters = checkpoint.state.modelParameters
        var scores: [Float] = []
        var ceiling = Float(0)
        var expectedErrors: [ExpectedError] = []
        var contrastResponse: ContrastResponse?
        try engines.withEngine(.scoring(recipe, threads: context.threads)) { engine in
            engine.load(parameters)
            func makeDetector() -> Detector {
                Detector(
                    engine: engine, grid: recipe.grid, normalization: normalization, scoring: scoring,
                    expectedErrors: expectedErrors, contrastResponse: contrastResponse)
            }
            if scoring.normalization != .none {
                let images = try someTrainingImages(context)
                expectedErrors = try measureExpectedErrors(makeDetector(), images, context)
                if scoring.normalization == .localContrast {
                    contrastResponse = try measureContrastResponse(makeDetector(), images, context)
                }
            }
            let detector = makeDetector()
            let samples = calibrationSamples(heldOut.count)
            for first in stride(from: 0, to: samples.count, by: 8) {
                try context.checkCancellation()
                let images = samples[first..<min(first + 8, samples.count)].map {
                    changed(heldOut, $0.image, $0.variant)
                }
                for detection in detector.detect(images) {
                    guard detection.score.isFinite else { throw ScoringError.notFinite(task: "\(context.task)") }
                    scores.append(detection.score)
                    ceiling = max(ceiling, detection.map.values.max() ?? 0)
                }
                context.progress(scores.count, of: samples.count, unit: "scores")
            }
        }
        let calibration = Calibration(
            scores: scores, images: heldOut.count, quantile: quantile, estimate: estimate)
        let model = Model(
            name: category, architecture: recipe.architecture, baseWidth: recipe.baseWidth, grid: recipe.grid,
            parameters: parameters, normalization: normalization, scoring: scoring,
            calibration: calibration, expectedErrors: expectedErrors, contrastResponse: contrastResponse,
            mapCeiling: ceiling)
        try context.write(model.bytes, to: "model")
        try context.writeJSON(
            CalibrationRecord(
                images: heldOut.count, quantile: quantile, median: calibration.median, threshold: calibration.threshold,
                scores: calibration.scores), to: "calibration.json")
        try context.writeJSON(checkpoint.history.map(TrainingPoint.init), to: "training.json")
    }

    /// Every image as it is, and as often changed as it takes to have enough scores; only as it is where nothing may change.
    private func calibrationSamples(_ count: Int) -> [(image: Int, variant: Int)] {
        var unchanged = Augmentation()
        unchanged.crop = recipe.augmentation.crop
        let variants =
            recipe.augmentation == unchanged ? 1 : max(1, (CalibrateStage.calibrationScores + count - 1) / count)
        return (0..<variants).flatMap { variant in (0..<count).map { ($0, variant) } }
    }

    private func changed(_ images: TrainingImages, _ index: Int, _ variant: Int) -> PlanarImage {
        let image = images.image(at: index)
        guard variant > 0 else { return image }
        var augmentation = recipe.augmentation
        augmentation.crop = nil
        var generator = images.generator(image: index, variant: variant, seed: recipe.training.seed)
        return augmentation.applied(to: image, using: &generator)
    }

    private func someTrainingImages(_ context: TaskContext) throws -> TrainingImages {
        var index = try context.readJSON(TrainingIndex.self, "training")
        index.entries = Array(index.entries.prefix(CalibrateStage.expectedErrorImages))
        return try TrainingImages(index, context)
    }

    private func measureContrastResponse(
        _ detector: Detector, _ images: TrainingImages, _ context: TaskContext
    ) throws -> ContrastResponse {
        var samples = ContrastResponse.Samples()
        for first in stride(from: 0, to: images.count, by: 8) {
            try context.checkCancellation()
            detector.add((first..<min(first + 8, images.count)).map(images.image), to: &samples)
        }
        return ContrastResponse(samples)
    }

    /// - Throws: `ScoringError` where the network's answers are no numbers.
    private func measureExpectedErrors(
        _ detector: Detector, _ images: TrainingImages, _ context: TaskContext
    ) throws -> [ExpectedError] {
        let (width, height) = (recipe.grid.width, recipe.grid.height)
        var sums = [[Float]](repeating: [Float](repeating: 0, count: width * height), count: scoring.levels)
        for first in stride(from: 0, to: images.count, by: 8) {
            try context.checkCancellation()
            for levels in detector.errors((first..<min(first + 8, images.count)).map(images.image)) {
                for (level, error) in levels.enumerated() {
                    for pixel in error.values.indices { sums[level][pixel] += error.values[pixel] }
                }
            }
        }
        guard sums.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw ScoringError.notFinite(task: "\(context.task)")
        }
        return sums.map { sum in
            ExpectedError(
                meanError: FloatMap(width: width, height: height, values: sum.map { $0 / Float(images.count) }))
        }
    }
}

/// `calibration.json`.
struct CalibrationRecord: Codable {
    var images: Int
    var quantile, median, threshold: Float
    var scores: [Float]
}

/// One step of `training.json`.
struct TrainingPoint: Codable {
    var step: Int
    var loss, outside, inside: Double
    var learningRate: Float

    init(_ point: Checkpoint.Point) {
        (step, learningRate) = (point.step, point.learningRate)
        (loss, outside, inside) = (point.loss.total, point.loss.outside, point.loss.inside)
    }
}

/// Why images cannot be scored.
enum ScoringError: Error, CustomStringConvertible {
    case notFinite(task: String)

    var description: String {
        switch self {
        case .notFinite(let task):
            "\(task): a score is not a finite number: the training diverged. Lower \"learningRate\" or train in float32"
        }
    }
}

extension ScoringParameters {
    var keyParts: [KeyPart] {
        [
            KeyPart("boxSize", boxSize), KeyPart("boxPasses", boxPasses), KeyPart("scales", scales),
            KeyPart("levels", levels),
            KeyPart("normalization", normalization.rawValue), KeyPart("imageScore", imageScore.rawValue),
            KeyPart("topFraction", topFraction),
        ]
    }
}
