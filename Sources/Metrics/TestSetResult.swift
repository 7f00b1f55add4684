/// What `TestSetEvaluation` found: the figures, and the curves for plotting.
public struct TestSetResult: Equatable, Sendable {
    public let metrics: DetectionMetrics
    /// Of the image scores; empty when one class is missing.
    public let imageROC: [ROCPoint]
    /// Precision and recall of the image scores, from the highest threshold down; empty without an anomalous image.
    public let imagePrecisionRecall: [PrecisionRecallPoint]
    /// AUPIMO of each image that has one, by its name.
    public let aupimoByImage: [String: Double]
    /// With the curves of all pixels, and the AUPIMO of each map in the order in which they were added.
    public let pixels: PixelMetricsResult
}
