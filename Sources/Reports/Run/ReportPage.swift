import Wording

/// The page of a run's results.
public enum ReportPage {
    /// With more categories than this, their sections are initially closed.
    private static let openCategoryLimit = 4

    /// Returns the page as UTF-8 text. Equal reports give equal text, and markup in their strings is escaped.
    public static func render(_ report: RunReport) -> String {
        let isOpen = report.categories.count <= openCategoryLimit
        let page = HTMLPage(
            title: report.title, description: report.description, facts: report.summary,
            before: HTML("a", ["class": "skip", "href": "#figures"]) { "Skip to the metrics" },
            after: HTML("script") { .trusted(PackageResources.report_js) })
        return page.render(highlights: highlights(of: report)) {
            metrics(of: report)
            if report.categories.count > 1 {
                HTML("p", ["class": "controls", "hidden": ""]) {
                    HTML("button", ["type": "button", "class": "open-all"]) { "Open all categories" }
                    HTML("button", ["type": "button", "class": "close-all"]) { "Close all" }
                }
            }
            for (index, category) in report.categories.enumerated() {
                CategorySection(category: category, identifier: CategorySection.identifier(at: index), isOpen: isOpen)
                    .render()
            }
            warnings(report.warnings)
            manifest(report.manifest)
            companions(report.companions)
            footer(report.generatedBy)
        }
    }

    /// The most important metrics, and a link to the warnings.
    private static func highlights(of report: RunReport) -> HTML {
        let keyFigures = keyFigures(of: report)
        return .fragment([
            keyFigures.isEmpty ? .empty : .facts(keyFigures, class: "key-figures"),
            report.warnings.isEmpty
                ? .empty
                : HTML("p", ["class": "warning"]) {
                    HTML("a", ["href": "#warnings"]) {
                        counted(report.warnings.count, "warning")
                    }
                },
        ])
    }

    private static func keyFigures(of report: RunReport) -> [Fact] {
        let mean = report.mean ?? (report.categories.count == 1 ? report.categories[0].metrics : nil)
        let isMean = report.categories.count > 1
        var facts: [Fact] = []
        if let auroc = mean?.imageAUROC {
            facts.append(Fact(label: isMean ? "Mean image AUROC" : "Image AUROC", value: NumberText.fraction(auroc)))
        }
        if let auroc = mean?.pixelAUROC {
            facts.append(Fact(label: isMean ? "Mean pixel AUROC" : "Pixel AUROC", value: NumberText.fraction(auroc)))
        }
        let total = report.categories.compactMap(\.confusion).reduce(ConfusionCounts(), +)
        if total.anomalous > 0 {
            facts.append(Fact(label: "Anomalous images missed", value: "\(total.falseNegatives) of \(total.anomalous)"))
        }
        if total.normal > 0 {
            facts.append(
                Fact(label: "False alarms on normal images", value: "\(total.falsePositives) of \(total.normal)"))
        }
        let uncertain = report.categories.compactMap(\.uncertainCount).reduce(0, +)
        if uncertain > 0 { facts.append(Fact(label: "Uncertain verdicts", value: "\(uncertain)")) }
        return facts
    }

    /// The metrics of the run and published ones, in separate tables.
    private static func metrics(of report: RunReport) -> HTML {
        HTML("section", ["id": "figures"]) {
            HTML("h2") { "Metrics" }
            if report.categories.isEmpty {
                HTML("p", ["class": "empty"]) { "This run has no categories." }
            } else {
                HTML.scrolling(
                    "Metrics by category", MetricsTable(categories: report.categories, mean: report.mean).render())
            }
            if !report.peers.isEmpty {
                HTML("h3") { "Published results for comparison" }
                HTML.scrolling("Published results", PublishedTable(report: report).render())
            }
        }
    }

    private static func warnings(_ warnings: [String]) -> HTML {
        guard !warnings.isEmpty else { return .empty }
        return HTML("section", ["id": "warnings"]) {
            HTML("h2") { "Warnings" }
            HTML("ul", ["class": "warnings"]) { for warning in warnings { HTML("li") { warning } } }
        }
    }

    static func manifest(_ manifest: String) -> HTML {
        guard !manifest.isEmpty else { return .empty }
        return HTML("section") {
            HTML("details", ["class": "manifest"]) {
                HTML("summary") { HTML("h2") { "Manifest" } }
                HTML("pre", ["tabindex": "0"]) { manifest }
            }
        }
    }

    private static func companions(_ pages: [Fact]) -> HTML {
        guard !pages.isEmpty else { return .empty }
        return HTML("p", ["class": "note"]) {
            "See also: "
            for (index, page) in pages.enumerated() {
                if index > 0 { " · " }
                HTML("a", ["href": page.value]) { page.label }
            }
        }
    }

    static func footer(_ facts: [Fact]) -> HTML {
        guard !facts.isEmpty else { return .empty }
        return HTML("footer") { facts.map { "\($0.label) \($0.value)" }.joined(separator: " · ") }
    }
}
