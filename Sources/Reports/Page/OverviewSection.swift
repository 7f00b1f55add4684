/// The figures of the run, and what others published, each in a table of its own.
struct OverviewSection {
    let report: RunReport

    func render() -> HTML {
        HTML("section", ["id": "figures"]) {
            HTML("h2") { "Figures" }
            if report.categories.isEmpty {
                HTML("p", ["class": "empty"]) { "This run has no category." }
            } else {
                HTML.scrolling(
                    "Figures by category", FiguresTable(categories: report.categories, mean: report.mean).render())
            }
            if !report.peers.isEmpty {
                HTML("h3") { "Published figures, for comparison" }
                HTML.scrolling("Published figures", publishedTable)
            }
        }
    }

    /// Wide tables scroll by themselves, with the keyboard too, and leave the page still.
    /// The further metrics that anybody published, in the order in which they are first named.
    private var furtherNames: [String] {
        report.peers.flatMap(\.furtherMetrics).map(\.name).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    private var publishedTable: HTML {
        HTML("table") {
            HTML("thead") {
                HTML("tr") {
                    for heading in ["Method", "Image AUROC", "Pixel AUROC"] + furtherNames {
                        HTML("th", ["scope": "col"]) { heading }
                    }
                    HTML("th", ["scope": "col", "class": "text"]) { "Source" }
                }
            }
            HTML("tbody") {
                for figure in own + report.peers {
                    HTML("tr") {
                        HTML("th", ["scope": "row"]) { figure.name }
                        HTML("td") { NumberText.published(figure.imageAUROC) }
                        HTML("td") { NumberText.published(figure.pixelAUROC) }
                        for name in furtherNames {
                            HTML("td") {
                                NumberText.published(figure.furtherMetrics.first { $0.name == name }?.value)
                            }
                        }
                        HTML("td", ["class": "text"]) { figure.source }
                    }
                }
            }
        }
    }

    /// The run's own figures above those of others.
    private var own: [PublishedFigure] {
        guard let row = report.mean ?? report.categories.first?.metrics else { return [] }
        return [
            PublishedFigure(
                name: "This run", imageAUROC: row.imageAUROC, pixelAUROC: row.pixelAUROC,
                furtherMetrics: row.furtherMetrics,
                source: report.categories.count > 1
                    ? "mean over the \(report.categories.count) rows above" : "the row above")
        ]
    }
}
