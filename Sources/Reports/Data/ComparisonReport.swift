/// Everything that ``ComparisonPage`` shows about runs beside a first one, as plain data.
public struct ComparisonReport: Sendable, Equatable {
    public struct Figure: Sendable, Equatable {
        public var name: String
        /// Fractions in 0...1; `nil` where the figure is not defined.
        public var first, second: Double?

        public init(name: String, first: Double?, second: Double?) {
            (self.name, self.first, self.second) = (name, first, second)
        }
    }

    public struct Category: Sendable, Equatable {
        public var name: String
        /// Test images in common.
        public var pairs: Int
        /// The same ones in the same order for every category.
        public var figures: [Figure]
        /// Of the common images, the second less the first, and what holds 95 % of it over images drawn anew.
        public var aurocDifference: Double?
        public var aurocInterval: ClosedRange<Double>?
        /// The median over the common images, and the corrected probability of such differences by chance.
        public var aupimoDifference, aupimoProbability: Double?

        public init(
            name: String, pairs: Int, figures: [Figure], aurocDifference: Double?, aurocInterval: ClosedRange<Double>?,
            aupimoDifference: Double?, aupimoProbability: Double?
        ) {
            (self.name, self.pairs, self.figures) = (name, pairs, figures)
            (self.aurocDifference, self.aurocInterval) = (aurocDifference, aurocInterval)
            (self.aupimoDifference, self.aupimoProbability) = (aupimoDifference, aupimoProbability)
        }
    }

    public struct Comparison: Sendable, Equatable {
        /// The folder of the run that is compared with the first.
        public var second: String
        public var categories: [Category]
        /// Rows of four: kind, what, before, after. Empty where nothing differs, `nil` where that is not known.
        public var origin: [[String]]?

        public init(second: String, categories: [Category], origin: [[String]]?) {
            (self.second, self.categories, self.origin) = (second, categories, origin)
        }
    }

    public var first: String
    public var comparisons: [Comparison]

    public init(first: String, comparisons: [Comparison]) {
        (self.first, self.comparisons) = (first, comparisons)
    }
}
