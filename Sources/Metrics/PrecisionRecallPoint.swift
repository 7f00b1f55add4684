/// One point of a precision-recall curve.
public struct PrecisionRecallPoint: Equatable, Sendable {
    /// Share of the anomalous samples (or pixels) at or above the threshold.
    public let recall: Double
    /// Share of anomalous samples (or pixels) among those at or above the threshold.
    public let precision: Double
    /// In units of the score.
    public let threshold: Double

    public init(recall: Double, precision: Double, threshold: Double) {
        self.recall = recall
        self.precision = precision
        self.threshold = threshold
    }
}
