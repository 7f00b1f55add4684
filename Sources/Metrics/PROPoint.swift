/// One point of a per-region-overlap curve.
public struct PROPoint: Equatable, Sendable {
    /// Share of all unlabelled pixels, of all images, at or above the threshold.
    public let fpr: Double
    /// Mean over ground-truth regions of the share of the region's pixels at or above the threshold.
    public let overlap: Double
    /// In units of the anomaly map. The point (0, 0) has the first number above the highest value.
    public let threshold: Double

    public init(fpr: Double, overlap: Double, threshold: Double) {
        self.fpr = fpr
        self.overlap = overlap
        self.threshold = threshold
    }
}
