/// The content of ``ReportPage``: the results of one run.
///
/// It holds no times, so equal reports render to equal pages. ``TimingReport`` holds the costs of a run.
public struct RunReport: Sendable, Equatable {
    public var title: String
    public var description: String?
    /// The settings of the run: data set, network, steps, seed.
    public var summary: [Fact]
    /// The software and processor. No thread count and no time.
    public var generatedBy: [Fact]
    /// In the order of the table.
    public var categories: [CategoryReport]
    /// The mean over categories. `nil` omits the row.
    public var mean: MetricsRow?
    public var warnings: [String]
    /// The manifest as pretty-printed JSON.
    public var manifest: String
    public var peers: [PublishedFigure]
    /// Pages beside this one: description and file name.
    public var companions: [Fact]

    public init(
        title: String, description: String? = nil, summary: [Fact] = [], generatedBy: [Fact] = [],
        categories: [CategoryReport] = [], mean: MetricsRow? = nil,
        warnings: [String] = [], manifest: String = "", peers: [PublishedFigure] = [], companions: [Fact] = []
    ) {
        (self.title, self.description, self.summary) = (title, description, summary)
        (self.generatedBy, self.categories, self.mean) = (generatedBy, categories, mean)
        (self.warnings, self.manifest) = (warnings, manifest)
        (self.peers, self.companions) = (peers, companions)
    }
}

/// A row of the table of metrics: a category, or the mean over categories.
public struct MetricsRow: Sendable, Equatable {
    /// Area under the ROC curve over image scores, 0...1.
    public var imageAUROC: Double?
    /// Area under the ROC curve over pixels, 0...1.
    public var pixelAUROC: Double?
    public var furtherMetrics: [Metric]

    public init(imageAUROC: Double? = nil, pixelAUROC: Double? = nil, furtherMetrics: [Metric] = []) {
        self.imageAUROC = imageAUROC
        self.pixelAUROC = pixelAUROC
        self.furtherMetrics = furtherMetrics
    }
}

/// A metric beside the two AUROCs: average precision, F1-max, AU-PRO, AUPIMO.
public struct Metric: Codable, Sendable, Equatable {
    /// The column heading. Metrics of the same name share a column.
    public var name: String
    /// `nil` if the metric is not defined, for instance without anomalous test images.
    public var value: Double?

    public init(name: String, value: Double?) {
        self.name = name
        self.value = value
    }
}

/// A published result of another method, shown for comparison together with its source.
public struct PublishedFigure: Codable, Sendable, Equatable {
    public var name: String
    /// Fractions, 0...1.
    public var imageAUROC, pixelAUROC: Double?
    /// Fractions, under the names of the run's own further metrics.
    public var furtherMetrics: [Metric]
    /// The publication, and what the result is a mean over.
    public var source: String

    public init(name: String, imageAUROC: Double?, pixelAUROC: Double?, furtherMetrics: [Metric] = [], source: String) {
        self.name = name
        self.imageAUROC = imageAUROC
        self.pixelAUROC = pixelAUROC
        self.furtherMetrics = furtherMetrics
        self.source = source
    }
}
