/// Image metrics of parts that several images show, such as the five views of Real-IAD (Wang et al., CVPR 2024): the
/// score of a part is the highest of its images, and a part is anomalous if one of its images is.
public struct PartFigures: Codable, Equatable, Sendable {
    public var normal = 0
    public var anomalous = 0
    public var auroc: Double?
    public var averagePrecision: Double?
    public var f1Max: Double?

    /// - Throws: `MetricsError.scoreNotFinite`.
    init(_ parts: [String: (score: Float, isAnomalous: Bool)]) throws(MetricsError) {
        // Sorted, so that sums do not depend on the order of a hash table.
        let ordered = parts.sorted { $0.key < $1.key }.map(\.value)
        let (scores, labels) = (ordered.map(\.score), ordered.map(\.isAnomalous))
        anomalous = labels.count { $0 }
        normal = labels.count - anomalous
        auroc = try RankMetrics.auroc(scores: scores, labels: labels)
        averagePrecision = try RankMetrics.averagePrecision(scores: scores, labels: labels)
        f1Max = try RankMetrics.f1Max(scores: scores, labels: labels)?.f1
    }
}
