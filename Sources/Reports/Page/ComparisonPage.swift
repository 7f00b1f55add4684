/// The page that shows how runs differ from a first one: one HTML file that needs no network and no other file.
public struct ComparisonPage {
    /// The whole page as UTF-8 text. Equal reports give equal text; strings of the report are never taken for markup.
    public static func render(_ report: ComparisonReport) -> String {
        let page = HTML("html", ["lang": "en"]) {
            ReportPage.head(title: "Comparison with \(report.first)")
            HTML("body") {
                HTML("main") {
                    HeaderSection(
                        report: RunReport(
                            title: "Comparison with \(report.first)",
                            description: "Figures of each run and their change, on test images that both have scored.")
                    ).render()
                    for comparison in report.comparisons { section(comparison) }
                }
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    private static func section(_ comparison: ComparisonReport.Comparison) -> HTML {
        HTML("section") {
            HTML("h2") { comparison.second }
            HTML.scrolling("Figures of \(comparison.second)", figures(comparison.categories))
            HTML("p", ["class": "note"]) {
                "In each cell the figure of this run, and below it the change. Image AUROC of the common images with the range "
                    + "that holds 95 % of its changes over images drawn anew; AUPIMO with the probability of such changes by "
                    + "chance, by Wilcoxon's signed-rank test, corrected after Holm."
            }
            HTML("h3") { "Data, parameters and code" }
            origin(comparison)
        }
    }

    private static func figures(_ categories: [ComparisonReport.Category]) -> HTML {
        let names = categories.first?.figures.map(\.name) ?? []
        return HTML("table", ["class": "comparison"]) {
            HTML("thead") {
                HTML("tr") {
                    for heading in ["Category", "Pairs"] + names + ["AUROC of pairs", "AUPIMO of pairs"] {
                        HTML("th", ["scope": "col"]) { heading }
                    }
                }
            }
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
                probability.map { $0 < 0.0001 ? "p < 0.0001" : "p = " + NumberText.fixed($0, decimals: 4) } ?? "",
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
            return HTML("p", ["class": "empty"]) { "A run does not tell what it was made from." }
        }
        guard !rows.isEmpty else { return HTML("p", ["class": "empty"]) { "The same in both runs." } }
        return HTML.scrolling(
            "What differs",
            HTML("table") {
                HTML("thead") {
                    HTML("tr") {
                        for heading in ["Kind", "What", "Before", "After"] {
                            HTML("th", ["scope": "col", "class": "text"]) { heading }
                        }
                    }
                }
                HTML("tbody") {
                    for row in rows {
                        HTML("tr") { for text in row { HTML("td", ["class": "text"]) { HTML("bdi") { text } } } }
                    }
                }
            })
    }

    private static func signed(_ value: Double) -> String {
        (value < 0 ? "−" : "+") + NumberText.fixed(abs(value), decimals: 4)
    }
}
