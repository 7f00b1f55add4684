/// `metrics.json`: the figures of each category, and their means. Its schema is schemas/metrics.schema.json.
public struct MetricsSummary: Codable, Equatable, Sendable {
    public var categories: [String: DetectionMetrics]
    public var mean: MeanMetrics

    /// - Parameter order: of the categories; the means are sums in this order.
    public init(_ categories: [String: DetectionMetrics], order: [String]) {
        self.categories = categories
        mean = MeanMetrics(order.compactMap { categories[$0] })
    }
}
