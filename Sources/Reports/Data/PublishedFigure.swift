/// A figure that somebody else published, printed beside the run's own with where it was read.
public struct PublishedFigure: Codable, Sendable, Equatable {
    public var name: String
    /// Fraction in 0...1.
    public var imageAUROC: Double?
    /// Fraction in 0...1.
    public var pixelAUROC: Double?
    /// Fractions beside the two AUROCs, by the names of the run's own further metrics.
    public var furtherMetrics: [Metric]
    /// Where the figure stands, and what it is a mean over.
    public var source: String

    public init(name: String, imageAUROC: Double?, pixelAUROC: Double?, furtherMetrics: [Metric] = [], source: String) {
        self.name = name
        self.imageAUROC = imageAUROC
        self.pixelAUROC = pixelAUROC
        self.furtherMetrics = furtherMetrics
        self.source = source
    }
}
