import AnomalyDetection
import ContentStore
import Imaging
import NeuralNetworks
import Pipeline

/// Scores the held-out normal images and makes the model: network, scoring parameters and threshold in one file.
///
/// The divisor of maps comes from training images, which are many. The threshold comes from held-out images, whose
/// scores match those of new normal images. Held-out images are scored unchanged and with the job's augmentations: what
/// the manifest declares normal must not be anomalous, and variants yield enough scores for a quantile. Training images
/// are augmented the same way and scored once each, to measure the spread of scores.
package struct CalibrateStage: Stage {
    package static let name = "calibrate"
    package static let version = 5
    /// The number of training images to measure; more would not improve the expected error or the spread of scores.
    private static let trainingImages = 64
    /// The minimum number of scores for the threshold.
    private static let calibrationScores = 100

    var category: String
    var network: NetworkSettings
    var samples: SampleSettings
    var engine: EngineChoice
    /// The sample range of the images; nil for the full range of their formats.
    var range: SampleRange?
    var scoring: ScoringParameters
    var quantile: Float
    var estimate: Calibration.Estimate
    /// The threshold in the manifest; nil if it sets none.
    var threshold: Float?

    package init(
        category: String, network: NetworkSettings, samples: SampleSettings, engine: EngineChoice,
        range: SampleRange? = nil, scoring: ScoringParameters, quantile: Float, estimate: Calibration.Estimate,
        threshold: Float? = nil
    ) {
        (self.category, self.network, self.samples) = (category, network, samples)
        (self.engine, self.range, self.scoring) = (engine, range, scoring)
        (self.quantile, self.estimate, self.threshold) = (quantile, estimate, threshold)
    }

    package var outputs: [String] { ["model", "calibration.json", "training.json"] }

    package func run(_ context: TaskContext) throws {
        let (augmentation, grid) = (try samples.augmentation(for: context), samples.grid)
        let checkpoint = try Checkpoint(bytes: try context.read("checkpoint"), name: "\(context.task) checkpoint")
        let heldOut = try TrainingImages(try context.readJSON(TrainingIndex.self, "heldout"), context, samples.grid)
        let normalization = try context.readJSON(PixelNormalization.self, "normalization")
        let parameters = checkpoint.state.modelParameters
        var (scores, trainingScores): ([Float], [Float]) = ([], [])
        var ceiling = Float(0)
        var expectedErrors: [ExpectedError] = []
        var contrastResponse: ContrastResponse?
        let order = EngineCache.Order.scoring(engine, network, grid, threads: context.threads)
        try context.shared(EngineCache.self).withEngine(order) { engine in
            try engine.load(parameters)
            func makeDetector() -> Detector {
                Detector(
                    engine: engine, grid: grid, normalization: normalization, scoring: scoring,
                    expectedErrors: expectedErrors, contrastResponse: contrastResponse)
            }
            let training = try someTrainingImages(context)
            if scoring.normalization != .none {
                expectedErrors = try measureExpectedErrors(makeDetector(), training, context)
                if scoring.normalization == .localContrast {
                    contrastResponse = try measureContrastResponse(makeDetector(), training, context)
                }
            }
            let detector = makeDetector()
            let variants = variantCount(heldOut.count, augmentation)
            let samples = (0..<variants).flatMap { variant in (0..<heldOut.count).map { ($0, variant) } }
            let trainingSamples = estimate == .robust ? (0..<training.count).map { ($0, $0 % variants) } : []
            func score(_ images: TrainingImages, _ samples: [(Int, Int)], then use: (Detection) -> Void) throws {
                for first in stride(from: 0, to: samples.count, by: 8) {
                    try context.checkCancellation()
                    let batch = samples[first..<min(first + 8, samples.count)].map {
                        changed(images, $0, $1, augmentation)
                    }
                    for detection in detector.detect(batch) {
                        guard detection.score.isFinite else { throw ScoringError.notFinite(task: "\(context.task)") }
                        use(detection)
                    }
                    context.progress(
                        scores.count + trainingScores.count, of: samples.count + trainingSamples.count, unit: "scores")
                }
            }
            try score(heldOut, samples) { detection in
                scores.append(detection.score)
                ceiling = max(ceiling, detection.map.values.max() ?? 0)
            }
            try score(training, trainingSamples) { trainingScores.append($0.score) }
            try heldOut.requireReadable()
            try training.requireReadable()
        }
        let calibration = Calibration(
            scores: scores, images: heldOut.count, trainingScores: trainingScores, quantile: quantile,
            estimate: estimate, chosenThreshold: threshold)
        let model = Model(
            name: category, architecture: network.architecture, baseWidth: network.baseWidth, grid: grid,
            range: range, parameters: parameters, normalization: normalization, scoring: scoring,
            calibration: calibration, expectedErrors: expectedErrors, contrastResponse: contrastResponse,
            mapCeiling: ceiling)
        try context.write(model.bytes, to: "model")
        try context.writeJSON(
            CalibrationRecord(
                images: heldOut.count, quantile: quantile, median: calibration.median, threshold: calibration.threshold,
                estimatedThreshold: threshold == nil ? nil : calibration.estimatedThreshold,
                scores: calibration.scores, trainingScores: calibration.trainingScores), to: "calibration.json")
        try context.writeJSON(checkpoint.history.map(TrainingPoint.init), to: "training.json")
    }

    /// The number of variants of each held-out image: the original, and as many augmented copies as the minimum number
    /// of scores requires. Returns 1 without augmentation.
    private func variantCount(_ images: Int, _ augmentation: Augmentation) -> Int {
        guard augmentation.changesImages else { return 1 }
        return max(1, (CalibrateStage.calibrationScores + images - 1) / images)
    }

    private func changed(
        _ images: TrainingImages, _ index: Int, _ variant: Int, _ augmentation: Augmentation
    ) -> PlanarImage {
        let image = images.image(at: index)
        guard variant > 0 else { return image }
        var augmentation = augmentation
        augmentation.crop = nil
        var generator = images.generator(image: index, variant: variant, seed: samples.seed)
        return augmentation.applied(to: image, using: &generator)
    }

    private func someTrainingImages(_ context: TaskContext) throws -> TrainingImages {
        var index = try context.readJSON(TrainingIndex.self, "training")
        index.entries = Array(index.entries.prefix(CalibrateStage.trainingImages))
        return try TrainingImages(index, context, samples.grid)
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

    /// - Throws: `ScoringError` if the network's output is not finite.
    private func measureExpectedErrors(
        _ detector: Detector, _ images: TrainingImages, _ context: TaskContext
    ) throws -> [ExpectedError] {
        let (width, height) = (samples.grid.width, samples.grid.height)
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
    /// The calibrated threshold, if the manifest sets `threshold`; else nil.
    var estimatedThreshold: Float?
    var scores, trainingScores: [Float]
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
