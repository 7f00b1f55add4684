/// The results of one category.
///
/// An image is called anomalous if its score is at or above ``threshold``. Charts and counts exclude scores that are
/// not finite; the page states their number.
public struct CategoryReport: Sendable, Equatable {
    public struct MetricInterval: Sendable, Equatable {
        public var name: String
        public var lower, upper: Double

        public init(name: String, lower: Double, upper: Double) {
            (self.name, self.lower, self.upper) = (name, lower, upper)
        }
    }

    public struct ExpectedShares: Sendable, Equatable {
        public var falseAlarms, misses: Double

        public init(falseAlarms: Double, misses: Double) { (self.falseAlarms, self.misses) = (falseAlarms, misses) }
    }

    public var name: String
    /// 0...1; `nil` without both normal and anomalous test images.
    public var imageAUROC: Double?
    /// 0...1; `nil` without ground-truth masks.
    public var pixelAUROC: Double?
    public var furtherMetrics: [Metric]
    /// The 95 % intervals of metrics, for those that have one.
    public var intervals: [MetricInterval] = []
    public var counts: ImageCounts
    public var training: TrainingCurve
    public var curves: CategoryCurves
    /// Scores of test images by label, in any order.
    public var normalScores, anomalousScores, unlabelledScores: [Float]
    /// Scores of the held-out normal images used for calibration.
    public var calibrationScores: [Float]
    /// In raw score units; `nil` without calibration.
    public var threshold: Float?
    /// The threshold from calibration, if the manifest sets ``threshold``.
    public var calibratedThreshold: Float?
    /// The shares of false alarms and missed synthetic defects that calibration expects; `nil` for a threshold from
    /// normal images alone.
    public var expectedShares: ExpectedShares?
    /// The path of the model, relative to the page.
    public var modelFile: String?
    /// The scores whose verdicts at ``threshold`` are uncertain.
    ///
    /// From minus infinity on if all verdicts below are uncertain.
    public var uncertainScores: Range<Float>?
    /// The appearance of test images compared with normal images; empty without a comparison.
    public var drift: [DriftMeasure]
    public var gallery: [GalleryItem]
    /// The assessment of the model without labels.
    public var assessment: AssessmentReport?
    /// The model card beside the page.
    public var card: ModelCardReport?

    public init(
        name: String, imageAUROC: Double? = nil, pixelAUROC: Double? = nil, furtherMetrics: [Metric] = [],
        counts: ImageCounts = ImageCounts(), training: TrainingCurve = TrainingCurve(),
        curves: CategoryCurves = CategoryCurves(),
        normalScores: [Float] = [], anomalousScores: [Float] = [], unlabelledScores: [Float] = [],
        calibrationScores: [Float] = [], threshold: Float? = nil,
        uncertainScores: Range<Float>? = nil, drift: [DriftMeasure] = [], gallery: [GalleryItem] = []
    ) {
        (self.name, self.imageAUROC, self.pixelAUROC) = (name, imageAUROC, pixelAUROC)
        (self.furtherMetrics, self.counts) = (furtherMetrics, counts)
        (self.training, self.curves) = (training, curves)
        (self.normalScores, self.anomalousScores) = (normalScores, anomalousScores)
        (self.unlabelledScores, self.calibrationScores) = (unlabelledScores, calibrationScores)
        (self.threshold, self.uncertainScores) = (threshold, uncertainScores)
        (self.drift, self.gallery) = (drift, gallery)
    }

    /// The category's row in the table of metrics.
    public var metrics: MetricsRow {
        MetricsRow(imageAUROC: imageAUROC, pixelAUROC: pixelAUROC, furtherMetrics: furtherMetrics)
    }

    var isLabelled: Bool { !normalScores.isEmpty || !anomalousScores.isEmpty }

    private var testScores: [Float] { normalScores + anomalousScores + unlabelledScores }

    var notFiniteScoreCount: Int { (testScores + calibrationScores).count { !$0.isFinite } }

    /// The verdicts at the threshold; `nil` without a threshold or labelled images.
    var confusion: ConfusionCounts? {
        guard let threshold, isLabelled else { return nil }
        return ConfusionCounts(normalScores: normalScores, anomalousScores: anomalousScores, threshold: threshold)
    }

    /// The number of unlabelled images called anomalous at the threshold.
    var flaggedCount: (flagged: Int, total: Int)? {
        let finite = unlabelledScores.filter { $0.isFinite }
        guard let threshold, !finite.isEmpty else { return nil }
        return (finite.count { $0 >= threshold }, finite.count)
    }

    /// The number of test images with an uncertain verdict; `nil` without a threshold.
    var uncertainCount: Int? {
        guard threshold != nil else { return nil }
        return uncertainScores.map { range in testScores.count { range.contains($0) } } ?? 0
    }
}

/// Numbers of images in one category.
public struct ImageCounts: Sendable, Equatable {
    public var train: Int
    /// Normal images excluded from training and used for calibration.
    public var heldOut: Int
    public var testNormal: Int
    public var testAnomalous: Int
    public var testUnlabelled: Int
    /// Unreadable files.
    public var quarantined: Int

    public init(
        train: Int = 0, heldOut: Int = 0, testNormal: Int = 0, testAnomalous: Int = 0, testUnlabelled: Int = 0,
        quarantined: Int = 0
    ) {
        (self.train, self.heldOut, self.quarantined) = (train, heldOut, quarantined)
        (self.testNormal, self.testAnomalous, self.testUnlabelled) = (testNormal, testAnomalous, testUnlabelled)
    }
}
