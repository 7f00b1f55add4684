/// What a run found in one category.
///
/// An image counts as anomalous when its score is at least ``threshold``. Scores that are not finite are left out
/// of charts and counts, and the page says how many there were.
public struct CategoryReport: Sendable, Equatable {
    public var name: String
    /// Fraction in 0...1; `nil` without both normal and anomalous test images.
    public var imageAUROC: Double?
    /// Fraction in 0...1; `nil` without ground-truth masks.
    public var pixelAUROC: Double?
    public var furtherMetrics: [Metric]
    public var counts: ImageCounts
    public var training: TrainingCurve
    public var curves: CategoryCurves
    /// Scores of normal test images, in any order.
    public var normalScores: [Float]
    /// Scores of anomalous test images, in any order.
    public var anomalousScores: [Float]
    /// Scores of test images without ground truth, in any order.
    public var unlabelledScores: [Float]
    /// Scores of the held-out normal images that the threshold was calibrated from.
    public var calibrationScores: [Float]
    /// In raw score units; `nil` when none was calibrated.
    public var threshold: Float?
    /// What calibration gives, where a person set ``threshold`` in the manifest.
    public var calibratedThreshold: Float?
    /// Beside the page; `nil` where no model is.
    public var modelFile: String?
    /// Scores in it have uncertain verdicts at ``threshold``; `nil` where none has.
    public var uncertainScores: Range<Float>?
    /// How the test images look beside the normal ones; empty where nobody has compared them.
    public var drift: [DriftMeasure]
    public var gallery: [GalleryItem]
    /// What is known of the model without labels; `nil` where nobody has looked.
    public var assessment: AssessmentReport?
    /// `nil` where the model has no card beside the page.
    public var card: ModelCardReport?

    public init(
        name: String, imageAUROC: Double? = nil, pixelAUROC: Double? = nil, furtherMetrics: [Metric] = [],
        counts: ImageCounts = ImageCounts(), training: TrainingCurve = TrainingCurve(),
        curves: CategoryCurves = CategoryCurves(),
        normalScores: [Float] = [], anomalousScores: [Float] = [], unlabelledScores: [Float] = [],
        calibrationScores: [Float] = [], threshold: Float? = nil,
        uncertainScores: Range<Float>? = nil, drift: [DriftMeasure] = [], gallery: [GalleryItem] = []
    ) {
        self.name = name
        self.imageAUROC = imageAUROC
        self.pixelAUROC = pixelAUROC
        self.furtherMetrics = furtherMetrics
        self.counts = counts
        self.training = training
        self.curves = curves
        self.normalScores = normalScores
        self.anomalousScores = anomalousScores
        self.unlabelledScores = unlabelledScores
        self.calibrationScores = calibrationScores
        self.threshold = threshold
        self.uncertainScores = uncertainScores
        self.drift = drift
        self.gallery = gallery
    }

    /// The category's row in the table of figures.
    public var metrics: MetricsRow {
        MetricsRow(imageAUROC: imageAUROC, pixelAUROC: pixelAUROC, furtherMetrics: furtherMetrics)
    }
}
