/// Everything that ``ReportPage`` shows about one run, as plain data.
///
/// Nothing in it is read from a clock, so equal reports give equal pages; what a run cost is in ``TimingReport``.
public struct RunReport: Sendable, Equatable {
    public var title: String
    public var description: String?
    /// What ran: data set, network, steps, seed.
    public var summary: [Fact]
    /// What made the page: tool version, engine, processor. No thread count and no time.
    public var generatedBy: [Fact]
    /// In the order of the table.
    public var categories: [CategoryReport]
    /// The mean over categories; `nil` leaves the row out.
    public var mean: MetricsRow?
    public var warnings: [String]
    /// The manifest as pretty-printed JSON.
    public var manifest: String
    public var peers: [PublishedFigure]
    /// Pages beside this one: what they show, and the name of the file.
    public var companions: [Fact]

    public init(
        title: String, description: String? = nil, summary: [Fact] = [], generatedBy: [Fact] = [],
        categories: [CategoryReport] = [], mean: MetricsRow? = nil,
        warnings: [String] = [], manifest: String = "", peers: [PublishedFigure] = [], companions: [Fact] = []
    ) {
        self.title = title
        self.description = description
        self.summary = summary
        self.generatedBy = generatedBy
        self.categories = categories
        self.mean = mean
        self.warnings = warnings
        self.manifest = manifest
        self.peers = peers
        self.companions = companions
    }
}
