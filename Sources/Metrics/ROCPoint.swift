/// One point of a receiver operating characteristic curve.
public struct ROCPoint: Equatable, Sendable {
    /// Share of the normal samples (or pixels) at or above the threshold.
    public let fpr: Double
    /// Share of the anomalous samples (or pixels) at or above the threshold.
    public let tpr: Double
    /// In units of the score. The point (0, 0) has the first number above the highest score.
    public let threshold: Double

    public init(fpr: Double, tpr: Double, threshold: Double) {
        self.fpr = fpr
        self.tpr = tpr
        self.threshold = threshold
    }
}
