/// The content of ``OverviewPage``: what has been run in a folder, and what is in production.
public struct Overview: Sendable, Equatable {
    /// A folder of results.
    public struct Results: Sendable, Equatable {
        public var name: String
        /// The path of its report from the page.
        public var report: String
        public var categories: Int
        public var imageAUROC, pixelAUROC, aupro: Double?

        public init(
            name: String, report: String, categories: Int, imageAUROC: Double?, pixelAUROC: Double?, aupro: Double?
        ) {
            (self.name, self.report, self.categories) = (name, report, categories)
            (self.imageAUROC, self.pixelAUROC, self.aupro) = (imageAUROC, pixelAUROC, aupro)
        }
    }

    /// The model of a name that is in production.
    public struct Production: Sendable, Equatable {
        public var model, since, decidedBy, reason: String

        public init(model: String, since: String, decidedBy: String, reason: String) {
            (self.model, self.since, self.decidedBy, self.reason) = (model, since, decidedBy, reason)
        }
    }

    /// A night of retraining.
    public struct Night: Sendable, Equatable {
        public var label, state, outcome: String
        /// The path of its report from the page; nil without a report.
        public var report: String?
        /// The figures of the new model by their names.
        public var figures: [Fact]
        /// The same as numbers, in the same order.
        public var values: [Double?]

        public init(label: String, state: String, outcome: String, report: String?, figures: [(String, Double?)]) {
            (self.label, self.state, self.outcome, self.report) = (label, state, outcome, report)
            self.figures = figures.map { Fact(label: $0.0, value: NumberText.metric($0.1)) }
            values = figures.map(\.1)
        }
    }

    /// The nights of one name of models, oldest first.
    public struct Nights: Sendable, Equatable {
        public var model: String
        public var nights: [Night]

        public init(model: String, nights: [Night]) { (self.model, self.nights) = (model, nights) }
    }

    /// A run from the history.
    public struct Run: Sendable, Equatable {
        public var number, startedAt, outcome, tasks, command: String

        public init(number: String, startedAt: String, outcome: String, tasks: String, command: String) {
            (self.number, self.startedAt, self.outcome) = (number, startedAt, outcome)
            (self.tasks, self.command) = (tasks, command)
        }
    }

    public var title: String
    public var results: [Results]
    public var production: [Production]
    public var nights: [Nights]
    /// The newest first.
    public var runs: [Run]
    public var generatedBy: [Fact]

    public init(
        title: String, results: [Results], production: [Production], nights: [Nights], runs: [Run], generatedBy: [Fact]
    ) {
        (self.title, self.results, self.production) = (title, results, production)
        (self.nights, self.runs, self.generatedBy) = (nights, runs, generatedBy)
    }
}

/// The page of all results, models in production, nights and runs.
public struct OverviewPage {
    private let overview: Overview

    /// Narrower columns than those of reports, which hold sentences: dates, states and short commands.
    private static let style = """
        .facts { margin-top: 24px; }
        .charts { margin-bottom: 24px; }
        th.text, td.text { min-width: 0; padding-left: 16px; white-space: nowrap; }
        th:first-child, td:first-child { min-width: 0; padding-left: 0; white-space: nowrap; }
        td.text:last-child { min-width: 16em; white-space: normal; overflow-wrap: break-word; }

        """

    /// Returns the page as UTF-8 text. Equal overviews give equal text, and markup in their strings is escaped.
    public static func render(_ overview: Overview) -> String {
        let page = OverviewPage(overview: overview)
        let facts = [
            Fact(label: "Results", value: "\(overview.results.count)"),
            Fact(label: "Models in production", value: "\(overview.production.count)"),
            Fact(label: "Nights", value: "\(overview.nights.map(\.nights.count).reduce(0, +))"),
            Fact(label: "Runs", value: "\(overview.runs.count)"),
        ]
        return HTMLPage(title: overview.title, facts: facts, style: style).render {
            page.results
            page.production
            for nights in overview.nights { page.section(nights) }
            page.runs
            ReportPage.footer(overview.generatedBy)
        }
    }

    private var results: HTML {
        section("Results", isEmpty: overview.results.isEmpty, "No finished run has left its results here.") {
            HTML("table") {
                HTML.tableHead(["Run", "Categories", "Image AUROC", "Pixel AUROC", "AU-PRO 0.3"])
                HTML("tbody") {
                    for result in overview.results {
                        HTML("tr") {
                            HTML("th", ["scope": "row"]) { link(result.name, to: result.report) }
                            HTML("td") { "\(result.categories)" }
                            for value in [result.imageAUROC, result.pixelAUROC, result.aupro] {
                                HTML("td") { NumberText.fraction(value) }
                            }
                        }
                    }
                }
            }
        }
    }

    private var production: HTML {
        section(
            "Models in production", isEmpty: overview.production.isEmpty, "No model is in production."
        ) {
            HTML.textTable(
                ["Model", "Since", "Decided by", "Reason"],
                overview.production.map { [$0.model, $0.since, $0.decidedBy, $0.reason] })
        }
    }

    private func section(_ nights: Overview.Nights) -> HTML {
        HTML("section") {
            HTML("h2") { "Nights of \(nights.model)" }
            trends(nights)
            HTML.scrolling(
                "Nights of \(nights.model)",
                HTML("table") {
                    HTML.tableHead([], texts: ["Night", "State", "Outcome"])
                    HTML("tbody") {
                        for night in nights.nights.reversed() {
                            HTML("tr") {
                                HTML("th", ["scope": "row", "class": "text"]) { link(night.label, to: night.report) }
                                HTML("td", ["class": "text"]) { night.state }
                                HTML("td", ["class": "text"]) { HTML("bdi") { night.outcome } }
                            }
                        }
                    }
                })
        }
    }

    /// A chart for each figure that at least two nights have.
    private func trends(_ nights: Overview.Nights) -> HTML {
        let names = nights.nights.flatMap { $0.figures.map(\.label) }.reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let charts = names.compactMap { name -> HTML? in
            let dots = nights.nights.enumerated().compactMap { index, night -> DotChart.Dot? in
                guard let place = night.figures.firstIndex(where: { $0.label == name }), let value = night.values[place]
                else { return nil }
                return DotChart.Dot(
                    position: CurvePoint(x: Double(index), y: value),
                    ink: night.state == "promoted" ? .normal : .neutral,
                    note: "\(night.label): \(night.figures[place].value), \(night.state)")
            }
            guard dots.count > 1 else { return nil }
            // Days of a year fit below the axis; the tooltips and the table have the year.
            let days = nights.nights.map { String($0.label.suffix(5)) }
            return DotChart(
                title: name.prefix(1).uppercased() + name.dropFirst(),
                xAxis: ChartAxis(label: "Month and day of the night", names: days),
                valueLabel: "Value of the new model", dots: dots, emptyNote: ""
            ).render()
        }
        return charts.isEmpty ? .empty : HTML("div", ["class": "charts"]) { for chart in charts { chart } }
    }

    private var runs: HTML {
        section("Runs", isEmpty: overview.runs.isEmpty, "The store has no history.") {
            HTML.textTable(
                ["Run", "Started", "Outcome", "Tasks", "Command"],
                overview.runs.map { [$0.number, $0.startedAt, $0.outcome, $0.tasks, $0.command] })
        }
    }

    private func section(
        _ heading: String, isEmpty: Bool, _ note: String, @HTMLBuilder content: () -> HTML
    ) -> HTML {
        HTML("section") {
            HTML("h2") { heading }
            if isEmpty { HTML("p", ["class": "note"]) { note } } else { HTML.scrolling(heading, content()) }
        }
    }

    private func link(_ name: String, to path: String?) -> HTML {
        guard let path else { return HTML("bdi") { name } }
        return HTML("a", ["href": ModelCardSection.address(path)]) { HTML("bdi") { name } }
    }
}
