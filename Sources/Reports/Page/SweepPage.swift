/// The page that shows what a sweep found: one HTML file that needs no network and no other file.
public struct SweepPage {
    private let report: SweepReport

    /// The whole page as UTF-8 text. Equal reports give equal text; strings of the report are never taken for markup.
    public static func render(_ report: SweepReport) -> String {
        let sections = SweepPage(report: report)
        let closing = RunReport(title: "", generatedBy: report.generatedBy, manifest: report.manifest)
        let page = HTML("html", ["lang": "en"]) {
            ReportPage.head(title: report.title)
            HTML("body") {
                HTML("main") {
                    HeaderSection(
                        report: RunReport(
                            title: report.title, description: report.description, summary: report.summary)
                    ).render()
                    sections.ranking
                    sections.charts
                    sections.record
                    ClosingSections(report: closing).render()
                }
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    private var hasSeedSpread: Bool { report.trials.contains { $0.seedSpread != nil } }
    private var hasCategorySpread: Bool { report.trials.contains { $0.categorySpread != nil } }

    private var ranking: HTML {
        HTML("section") {
            HTML("h2") { "Ranking" }
            HTML("p", ["class": "note"]) {
                "By the criterion, which needs no label; higher is better. Spreads are standard deviations of means."
            }
            if let caution = report.caution { HTML("p", ["class": "warning"]) { caution } }
            HTML("div", ["class": "scrolling", "role": "region", "aria-label": "Ranking", "tabindex": "0"]) {
                HTML("table") {
                    HTML("thead") { HTML("tr") { for heading in headings { column(heading) } } }
                    HTML("tbody") { for trial in report.trials { row(trial) } }
                }
            }
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
            HTML("h2") { "The criterion against each parameter" }
            HTML("p", ["class": "note"]) {
                "A dot is a trial, the dark one the best; the line through it is the spread between seeds."
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
        // Worst first, so that the best lies over the others.
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

    private var record: HTML {
        let measured = report.trials.filter { $0.imageAUROC != nil || $0.pixelAUROC != nil }
        guard !measured.isEmpty else { return .empty }
        return HTML("section") {
            HTML("h2") { "For the record" }
            HTML("p", ["class": "note"]) { report.recordNote }
            HTML("table") {
                HTML("thead") {
                    HTML("tr") { for heading in ["Trial", "Image AUROC", "Pixel AUROC"] { column(heading) } }
                }
                HTML("tbody") {
                    for trial in measured {
                        HTML("tr") {
                            HTML("th", ["scope": "row"]) { trial.name }
                            HTML("td") { NumberText.fraction(trial.imageAUROC) }
                            HTML("td") { NumberText.fraction(trial.pixelAUROC) }
                        }
                    }
                }
            }
        }
    }

    private func column(_ heading: String) -> HTML { HTML("th", ["scope": "col"]) { heading } }
}
