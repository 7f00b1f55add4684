/// One point of the per-image overlap over a test set: how the recall of its anomalous images is spread where the normal
/// images share a false-positive rate.
public struct PIMOPoint: Equatable, Sendable {
    /// Mean over normal images of the share of their pixels at or above the threshold.
    public let fpr: Double
    /// In units of the anomaly map.
    public let threshold: Double
    /// Over the anomalous images, of the share of their labelled pixels at or above the threshold.
    public let mean, lowerQuartile, upperQuartile: Double

    /// - Parameter recalls: of the images, at least one.
    init(fpr: Double, threshold: Double, recalls: [Double]) {
        (self.fpr, self.threshold) = (fpr, threshold)
        let sorted = recalls.sorted()
        mean = sorted.reduce(0, +) / Double(sorted.count)
        // Linear between neighbouring order statistics.
        func quantile(_ share: Double) -> Double {
            let position = share * Double(sorted.count - 1)
            let below = Int(position)
            return sorted[below]
                + (position - Double(below)) * (sorted[min(below + 1, sorted.count - 1)] - sorted[below])
        }
        (lowerQuartile, upperQuartile) = (quantile(0.25), quantile(0.75))
    }
}
