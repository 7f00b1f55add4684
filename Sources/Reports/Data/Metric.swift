/// A named figure beside the two AUROCs: average precision, F1-max, AU-PRO, AUPIMO.
public struct Metric: Codable, Sendable, Equatable {
    /// Column heading. Categories that name a metric alike share one column.
    public var name: String
    /// `nil` where the metric is not defined, for instance without any anomalous test image.
    public var value: Double?

    public init(name: String, value: Double?) {
        self.name = name
        self.value = value
    }
}
