import AnomalyDetection
import ContentStore
import Imaging
import Pipeline
import VerdictStatistics

/// Scores the held-out normal images and makes the model: detector, scoring parameters and threshold in one file.
///
/// The threshold comes from held-out images, whose scores match those of new normal images. Training images are
/// augmented the same way and scored once each, to measure the spread of scores.
package struct CalibrateStage: Stage {
    package static let name = "calibrate"
    /// History: 10 = more defects; objects in light from one side; 9 = region of interest, pixel threshold, colours;
    /// 8 = frame around the object; 7 = scale of the scores; 6 = detectors of any kind.
    package static let version = 10
    /// The number of training images to measure; more would not improve the spread of scores.
    private static let trainingImages = 64
    /// Synthetic defects other than those of assessments and learned weights.
    private static let trialSeed: UInt64 = 2

    var category: String
    /// The name of the detector's kind.
    var kind: String
    var samples: SampleSettings
    var engine: EngineChoice
    /// The sample range of the images; nil for the full range of their formats.
    var range: SampleRange?
    /// The colours of the images; nil for those of the files.
    var colour: ColourRendering?
    var frame: ObjectFrame?
    /// The part of the images that is judged; nil for whole images. A mask for all images is the input `region`.
    var region: RegionOfInterest?
    var scoring: ScoringParameters
    var quantile: Float
    var estimate: Calibration.Estimate
    /// The threshold in the manifest; nil if it sets none.
    var threshold: Float?
    /// The pixel threshold in the manifest; nil if it sets none.
    var pixelThreshold: Float?
    /// See `Model.pixelSize`.
    var pixelSize: Double?

    /// The prices of false alarms and misses; nil for a threshold from normal scores alone.
    var costs: ThresholdBalance.Costs?
    /// The version of the synthetic defects that a threshold by prices needs; nil without prices.
    var corruptionVersion: Int?

    package init(
        category: String, kind: String, samples: SampleSettings, engine: EngineChoice,
        range: SampleRange? = nil, colour: ColourRendering? = nil, frame: ObjectFrame? = nil,
        region: RegionOfInterest? = nil, scoring: ScoringParameters, quantile: Float, estimate: Calibration.Estimate,
        costs: ThresholdBalance.Costs? = nil, threshold: Float? = nil, pixelThreshold: Float? = nil,
        pixelSize: Double? = nil
    ) {
        (self.category, self.kind, self.samples) = (category, kind, samples)
        (self.engine, self.range, self.colour, self.frame, self.scoring) = (engine, range, colour, frame, scoring)
        self.region = region
        (self.quantile, self.estimate, self.costs, self.threshold) = (quantile, estimate, costs, threshold)
        (self.pixelThreshold, self.pixelSize) = (pixelThreshold, pixelSize)
        corruptionVersion = costs.map { _ in CorruptionModel.version }
    }

    package var outputs: [String] { ["model", "calibration.json"] }

    package func run(_ context: TaskContext) throws {
        let heldOut = try HeldOutVariants(samples, context)
        let payload = try context.read("detector")
        let measured = try measure(heldOut, payload, context)
        // The first variants are the unchanged images.
        let unchanged = 0..<heldOut.images.count
        var calibration = Calibration(
            scores: measured.scores, images: heldOut.images.count, trainingScores: measured.trainingScores,
            quantile: quantile, estimate: estimate, scale: measured.scale, chosenThreshold: threshold)
        if let costs {
            calibration = calibration.balanced(
                costs, unchanged: Array(measured.scores[unchanged]), defects: measured.defects)
        }
        let pixelThreshold =
            self.pixelThreshold
            ?? PixelThreshold.estimate(
                peaks: Array(measured.peaks[unchanged]), trainingPeaks: measured.trainingPeaks, method: estimate,
                scale: measured.scale, defects: measured.pixels)
        let model = Model(
            name: category, grid: samples.grid, range: range, colour: colour, frame: frame, region: region,
            regionMask: region?.kind == .mask ? try context.read("region") : [], scoring: scoring,
            calibration: calibration, mapCeiling: median(measured.peaks), pixelThreshold: pixelThreshold,
            pixelSize: pixelSize, kind: kind, payload: payload)
        try context.write(model.bytes, to: "model")
        try context.writeJSON(
            CalibrationRecord(
                images: heldOut.images.count, quantile: quantile, median: calibration.median,
                threshold: calibration.threshold, pixelThreshold: pixelThreshold,
                estimatedThreshold: threshold == nil ? nil : calibration.estimatedThreshold,
                scores: calibration.scores, trainingScores: calibration.trainingScores,
                defects: measured.defects.isEmpty ? nil : measured.defects.sorted(),
                falseAlarms: calibration.balance?.falseAlarms, misses: calibration.balance?.misses),
            to: "calibration.json")
    }

    /// Scores and maps of the images that calibrate a model.
    private struct Measured {
        /// Scores of held-out images, variant by variant, and the highest values of their maps.
        var scores: [Float] = [], peaks: [Float] = []
        /// Scores of training images in all variants; highest values of the maps of the unchanged ones.
        var trainingScores: [Float] = [], trainingPeaks: [Float] = []
        /// Scores of held-out images with synthetic defects; empty without prices.
        var defects: [Float] = []
        var pixels: PixelTally?
        var scale: ScoreScale
    }

    private func measure(
        _ heldOut: HeldOutVariants, _ payload: [UInt8], _ context: TaskContext
    ) throws -> Measured {
        let (augmentation, grid) = (try samples.augmentation(for: context), samples.grid)
        let part = DetectorPayload(bytes: payload, grid: grid, scoring: scoring, engine: engine)
        let kind = try DetectorKinds.named(kind, in: "\(context.task)")
        return try kind.withDetector(part, context) { detector in
            var measured = Measured(scale: detector.scale)
            let training =
                estimate == .robust && kind.hasComparableTrainingScores
                ? try TrainingImages(context.firstTraining(Self.trainingImages), context, grid) : nil
            let total = heldOut.count + (training?.count ?? 0)
            func score(_ count: Int, _ image: (Int) -> PlanarImage, then use: (Detection) -> Void) throws {
                for batch in detector.batches(of: count) {
                    try context.checkCancellation()
                    for detection in try detector.detect(batch.map(image), scoring) {
                        guard detection.score.isFinite else { throw ScoringError.notFinite(task: "\(context.task)") }
                        use(detection)
                    }
                    context.progress(
                        measured.scores.count + measured.trainingScores.count, of: total, unit: "scores")
                }
            }
            try score(heldOut.count, heldOut.image) { detection in
                measured.scores.append(detection.score)
                measured.peaks.append(detection.peak)
            }
            if let training {
                try score(
                    training.count, { augmentation.variant($0 % heldOut.variants, of: training, $0, samples.seed) }
                ) {
                    // The first variant is the unchanged image.
                    if measured.trainingScores.count % heldOut.variants == 0 { measured.trainingPeaks.append($0.peak) }
                    measured.trainingScores.append($0.score)
                }
                try training.requireReadable()
            }
            if costs != nil, self.kind != MapsKind.name {
                let trials = try SyntheticTrials(context, heldOut.images, grid, seed: Self.trialSeed)
                var tally = PixelTally()
                try score(trials.trials.count, { trials.corrupted(trials.trials[$0]).corrupted }) {
                    let mask = trials.corrupted(trials.trials[measured.defects.count]).mask
                    tally.add($0.values, mask: $0.inside(mask))
                    measured.defects.append($0.score)
                }
                measured.pixels = tally
            }
            try heldOut.images.requireReadable()
            return measured
        }
    }
}

extension Detection {
    /// The highest finite value of the map in the region of interest, or else 0.
    fileprivate var peak: Float {
        let highest = values.reduce(-Float.infinity) { $1.isFinite ? max($0, $1) : $0 }
        return highest.isFinite ? highest : 0
    }
}

extension TaskContext {
    /// The first training images, which are a random sample, since they are sorted by digest.
    func firstTraining(_ count: Int) throws -> TrainingIndex {
        var index = try readJSON(TrainingIndex.self, "training")
        index.entries = Array(index.entries.prefix(count))
        return index
    }
}
