/// Everything that ``SweepPage`` shows about a sweep, as plain data.
public struct SweepReport: Sendable, Equatable {
    /// A key that was varied.
    public struct Parameter: Sendable, Equatable {
        public var name: String
        /// True if all values are numbers, which are drawn to scale.
        public var isNumeric: Bool
        /// The scale of the axis; nil lets the values decide.
        public var isLogarithmic: Bool?

        public init(name: String, isNumeric: Bool, isLogarithmic: Bool? = nil) {
            (self.name, self.isNumeric, self.isLogarithmic) = (name, isNumeric, isLogarithmic)
        }
    }

    /// One setting and what came of it.
    public struct Trial: Sendable, Equatable {
        public var name: String
        /// From 1, the best; nil for a trial that failed.
        public var rank: Int?
        /// In the order of the parameters.
        public var values: [String]
        /// Higher is better.
        public var criterion: Double?
        /// Standard deviations; nil where there is a single seed, or category.
        public var seedSpread, categorySpread: Double?
        /// Why there is no criterion.
        public var failure: String?
        /// Of labelled test images, shown apart.
        public var imageAUROC, pixelAUROC: Double?

        public init(
            name: String, rank: Int? = nil, values: [String], criterion: Double? = nil, seedSpread: Double? = nil,
            categorySpread: Double? = nil, failure: String? = nil, imageAUROC: Double? = nil, pixelAUROC: Double? = nil
        ) {
            (self.name, self.rank, self.values, self.criterion) = (name, rank, values, criterion)
            (self.seedSpread, self.categorySpread, self.failure) = (seedSpread, categorySpread, failure)
            (self.imageAUROC, self.pixelAUROC) = (imageAUROC, pixelAUROC)
        }
    }

    public var title: String
    public var description: String?
    public var summary, generatedBy: [Fact]
    public var parameters: [Parameter]
    /// By rank; those that failed at the end.
    public var trials: [Trial]
    /// What to know before believing the ranking.
    public var caution: String?
    /// The words above the metrics of the test images.
    public var recordNote: String
    /// The sweep as pretty-printed JSON.
    public var manifest: String

    public init(
        title: String, description: String? = nil, summary: [Fact] = [], generatedBy: [Fact] = [],
        parameters: [Parameter], trials: [Trial], caution: String? = nil, recordNote: String, manifest: String = ""
    ) {
        (self.title, self.description, self.summary, self.generatedBy) = (title, description, summary, generatedBy)
        (self.parameters, self.trials, self.caution) = (parameters, trials, caution)
        (self.recordNote, self.manifest) = (recordNote, manifest)
    }
}
