/// What `TestSetEvaluation` found: the figures, and the curves for plotting.
public struct TestSetResult: Equatable, Sendable {
    public let metrics: DetectionMetrics
    /// Of the image scores; empty when one class is missing.
    public let imageROC: [ROCPoint]
    /// With the curves of all pixels, and the AUPIMO of each map in the order in which they were added.
    public let pixels: PixelMetricsResult
}
