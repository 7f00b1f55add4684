/// The content of ``SweepPage``: the trials of a sweep.
public struct SweepReport: Sendable, Equatable {
    /// A key that was varied.
    public struct Parameter: Sendable, Equatable {
        public var name: String
        /// True if all values are numbers, which are drawn to scale.
        public var isNumeric: Bool
        /// The scale of the axis; `nil` chooses it by the values.
        public var isLogarithmic: Bool?

        public init(name: String, isNumeric: Bool, isLogarithmic: Bool? = nil) {
            (self.name, self.isNumeric, self.isLogarithmic) = (name, isNumeric, isLogarithmic)
        }
    }

    /// One setting and its result.
    public struct Trial: Sendable, Equatable {
        public var name: String
        /// 1 for the best; `nil` for a failed trial.
        public var rank: Int?
        /// In the order of the parameters.
        public var values: [String]
        /// Higher is better.
        public var criterion: Double?
        /// Standard deviations; `nil` with a single seed or category.
        public var seedSpread, categorySpread: Double?
        /// The reason for a missing criterion.
        public var failure: String?
        /// On labelled test images; shown separately.
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
    /// By rank, with failed trials at the end.
    public var trials: [Trial]
    /// A reservation about the ranking.
    public var caution: String?
    /// The note above the metrics of the test images.
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

/// The page of a sweep's results.
public struct SweepPage {
    private let report: SweepReport

    /// Returns the page as UTF-8 text. Equal reports give equal text, and markup in their strings is escaped.
    public static func render(_ report: SweepReport) -> String {
        let sections = SweepPage(report: report)
        return HTMLPage(title: report.title, description: report.description, facts: report.summary).render {
            sections.ranking
            sections.charts
            sections.testMetrics
            ReportPage.manifest(report.manifest)
            ReportPage.footer(report.generatedBy)
        }
    }

    private var hasSeedSpread: Bool { report.trials.contains { $0.seedSpread != nil } }
    private var hasCategorySpread: Bool { report.trials.contains { $0.categorySpread != nil } }

    private var ranking: HTML {
        HTML("section") {
            HTML("h2") { "Ranking" }
            HTML("p", ["class": "note"]) {
                "By the criterion, which needs no labels; higher is better. Spreads (±) are standard deviations of means."
            }
            if let caution = report.caution { HTML("p", ["class": "warning"]) { caution } }
            HTML.scrolling(
                "Ranking",
                HTML("table") {
                    HTML.tableHead(headings)
                    HTML("tbody") { for trial in report.trials { row(trial) } }
                })
        }
    }

    private var headings: [String] {
        ["Rank", "Trial", "Criterion"] + (hasSeedSpread ? ["± seeds"] : [])
            + (hasCategorySpread ? ["± categories"] : []) + report.parameters.map(\.name)
    }

    private func row(_ trial: SweepReport.Trial) -> HTML {
        HTML("tr") {
            HTML("td") { trial.rank.map(String.init) ?? NumberText.missing }
            HTML("th", ["scope": "row"]) { trial.name }
            HTML("td") { trial.failure ?? NumberText.metric(trial.criterion) }
            if hasSeedSpread { HTML("td") { NumberText.metric(trial.seedSpread) } }
            if hasCategorySpread { HTML("td") { NumberText.metric(trial.categorySpread) } }
            for value in trial.values { HTML("td") { HTML("bdi") { value } } }
        }
    }

    private var charts: HTML {
        HTML("section") {
            HTML("h2") { "Criterion by parameter" }
            HTML("p", ["class": "note"]) {
                "Each dot is a trial, the dark one the best. The line through a dot shows the spread over seeds."
            }
            HTML("div", ["class": "charts"]) {
                for (index, parameter) in report.parameters.enumerated() { chart(parameter, at: index) }
            }
        }
    }

    private func chart(_ parameter: SweepReport.Parameter, at index: Int) -> HTML {
        let values = report.trials.map { $0.values[index] }
        let names = values.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.sorted()
        let positions = values.map { value in
            parameter.isNumeric ? Double(value) ?? .nan : Double(names.firstIndex(of: value) ?? 0)
        }
        let scale = parameter.isLogarithmic.map { $0 ? ChartAxis.Scale.logarithmic : .linear }
        let axis =
            parameter.isNumeric
            ? ChartAxis(label: parameter.name, covering: positions, scale: scale, tickCount: 6)
            : ChartAxis(label: parameter.name, names: names)
        // The best trial comes last, so its dot lies over the others.
        let dots = zip(report.trials, positions).reversed().map { trial, position in
            DotChart.Dot(
                position: CurvePoint(x: position, y: trial.criterion ?? .nan), spread: trial.seedSpread,
                ink: trial.rank == 1 ? .total : .normal,
                note: "\(trial.name): \(NumberText.metric(trial.criterion))\n" + trial.values.joined(separator: "\n"))
        }
        return DotChart(
            title: parameter.name, xAxis: axis, valueLabel: "Criterion", dots: dots,
            emptyNote: "No trial has a criterion."
        ).render()
    }

    private var testMetrics: HTML {
        let measured = report.trials.filter { $0.imageAUROC != nil || $0.pixelAUROC != nil }
        guard !measured.isEmpty else { return .empty }
        return HTML("section") {
            HTML("h2") { "Test metrics" }
            HTML("p", ["class": "note"]) { report.recordNote }
            HTML.table(
                ["Trial", "Image AUROC", "Pixel AUROC"],
                measured.map {
                    [$0.name, NumberText.fraction($0.imageAUROC), NumberText.fraction($0.pixelAUROC)]
                })
        }
    }
}
