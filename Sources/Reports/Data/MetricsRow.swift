/// One row of the table of figures: a category, or the mean over categories.
public struct MetricsRow: Sendable, Equatable {
    /// Area under the ROC curve over image scores, a fraction in 0...1.
    public var imageAUROC: Double?
    /// Area under the ROC curve over pixels, a fraction in 0...1.
    public var pixelAUROC: Double?
    public var furtherMetrics: [Metric]

    public init(imageAUROC: Double? = nil, pixelAUROC: Double? = nil, furtherMetrics: [Metric] = []) {
        self.imageAUROC = imageAUROC
        self.pixelAUROC = pixelAUROC
        self.furtherMetrics = furtherMetrics
    }
}
