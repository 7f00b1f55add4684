/// The content of ``ComparisonPage``: runs compared with a first one.
public struct ComparisonReport: Sendable, Equatable {
    public struct Figure: Codable, Sendable, Equatable {
        public var name: String
        /// 0...1; `nil` if the metric is not defined.
        public var first, second: Double?

        public init(name: String, first: Double?, second: Double?) {
            (self.name, self.first, self.second) = (name, first, second)
        }
    }

    public struct Category: Sendable, Equatable {
        public var name: String
        /// The number of test images that both runs scored.
        public var pairs: Int
        /// The same metrics in the same order for every category.
        public var figures: [Figure]
        /// The change of the image AUROC on the common images, and its 95 % bootstrap confidence interval.
        public var aurocDifference: Double?
        public var aurocInterval: ClosedRange<Double>?
        /// The median change of the AUPIMO on the common images, and its corrected p-value.
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
        /// Rows of four: kind, name, before, after. Empty without differences, `nil` if they are unknown.
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

/// The page that compares runs with a first one.
public enum ComparisonPage {
    /// Returns the page as UTF-8 text. Equal reports give equal text, and markup in their strings is escaped.
    public static func render(_ report: ComparisonReport) -> String {
        HTMLPage(
            title: "Comparison with \(report.first)",
            description: "Metrics of each run and their change, on the test images that both runs scored."
        ).render {
            for comparison in report.comparisons { section(comparison) }
        }
    }

    private static func section(_ comparison: ComparisonReport.Comparison) -> HTML {
        HTML("section") {
            HTML("h2") { comparison.second }
            HTML.scrolling("Metrics of \(comparison.second)", figures(comparison.categories))
            HTML("p", ["class": "note"]) {
                "Each cell shows the metric of this run with its change below. The last two columns show changes on the "
                    + "common images: of the image AUROC with its 95 % bootstrap confidence interval, and the median change "
                    + "of AUPIMO with the Holm-corrected p-value of Wilcoxon's signed-rank test."
            }
            HTML("h3") { "Changes of data, parameters and code" }
            origin(comparison)
        }
    }

    private static func figures(_ categories: [ComparisonReport.Category]) -> HTML {
        let names = categories.first?.figures.map(\.name) ?? []
        return HTML("table", ["class": "comparison"]) {
            HTML.tableHead(["Category", "Common images"] + names + ["AUROC change", "AUPIMO change"])
            HTML("tbody") { for category in categories { row(category) } }
        }
    }

    private static func row(_ category: ComparisonReport.Category) -> HTML {
        HTML("tr") {
            HTML("th", ["scope": "row"]) { HTML("bdi") { category.name } }
            HTML("td") { "\(category.pairs)" }
            for figure in category.figures {
                let change = figure.first.flatMap { first in figure.second.map { $0 - first } }
                cell(NumberText.metric(figure.second), change.map(signed) ?? "", isMarked: false)
            }
            let interval = category.aurocInterval
            cell(
                category.aurocDifference.map(signed) ?? NumberText.missing,
                interval.map { "\(signed($0.lowerBound)) to \(signed($0.upperBound))" } ?? "",
                isMarked: interval.map { !$0.contains(0) } ?? false)
            let probability = category.aupimoProbability
            cell(
                category.aupimoDifference.map(signed) ?? NumberText.missing,
                probability.map { ($0 < 0.0001 ? "p " : "p = ") + NumberText.probability($0) } ?? "",
                isMarked: probability.map { $0 < 0.05 } ?? false)
        }
    }

    private static func cell(_ value: String, _ below: String, isMarked: Bool) -> HTML {
        HTML("td", ["class": isMarked ? "marked" : nil]) {
            value
            HTML("div", ["class": "note"]) { below }
        }
    }

    private static func origin(_ comparison: ComparisonReport.Comparison) -> HTML {
        guard let rows = comparison.origin else {
            return HTML("p", ["class": "empty"]) { "Unknown: the lineage of a run is missing." }
        }
        guard !rows.isEmpty else { return HTML("p", ["class": "empty"]) { "None." } }
        return HTML.scrolling("Changes", HTML.textTable(["Kind", "Name", "Before", "After"], rows))
    }

    private static func signed(_ value: Double) -> String {
        (value < 0 ? "−" : "+") + NumberText.fixed(abs(value), decimals: 4)
    }
}
