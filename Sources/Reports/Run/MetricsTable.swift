/// The metrics of a run: one row per category, with a link to its section, and their mean.
///
/// Columns that hold nothing but missing values and zeros are omitted.
struct MetricsTable {
    private struct Column {
        let heading: String
        /// `nil` if the category has no such value.
        let value: (CategoryReport) -> String?
        var mean: (MetricsRow) -> String? = { _ in nil }
    }

    let categories: [CategoryReport]
    let mean: MetricsRow?

    func render() -> HTML {
        let columns = columns.filter { column in
            categories.contains { ![nil, "0"].contains(column.value($0)) } || mean.flatMap(column.mean) != nil
        }
        return HTML("table", ["class": "figures"]) {
            HTML.tableHead(["Category"] + columns.map(\.heading))
            HTML("tbody") {
                for (index, category) in categories.enumerated() {
                    HTML("tr") {
                        HTML("th", ["scope": "row"]) {
                            HTML("a", ["href": "#\(CategorySection.identifier(at: index))"]) {
                                HTML("bdi") { category.name }
                            }
                        }
                        for column in columns { HTML("td") { column.value(category) ?? NumberText.missing } }
                    }
                }
            }
            if let mean {
                HTML("tfoot") {
                    HTML("tr") {
                        HTML("th", ["scope": "row"]) { "Mean" }
                        for column in columns { HTML("td") { column.mean(mean) ?? "" } }
                    }
                }
            }
        }
    }

    private var columns: [Column] {
        let rows = categories.map(\.metrics) + (mean.map { [$0] } ?? [])
        return [
            metric("Image AUROC") { $0.imageAUROC.map(NumberText.fraction) },
            metric("Pixel AUROC") { $0.pixelAUROC.map(NumberText.fraction) },
        ]
            + rows.flatMap(\.furtherMetrics).distinctNames.map { name in
                metric(name) { row in row.furtherMetrics.value(of: name).map(NumberText.metric) }
            } + verdictColumns + countColumns
    }

    private func metric(_ heading: String, _ text: @escaping (MetricsRow) -> String?) -> Column {
        Column(heading: heading, value: { text($0.metrics) }, mean: text)
    }

    private var verdictColumns: [Column] {
        [
            Column(heading: "Missed") { category in
                category.confusion.flatMap { Self.share($0.falseNegatives, of: $0.anomalous) }
            },
            Column(heading: "False alarms") { category in
                category.confusion.flatMap { Self.share($0.falsePositives, of: $0.normal) }
            },
            Column(heading: "Called anomalous") { category in
                category.flaggedCount.flatMap { Self.share($0.flagged, of: $0.total) }
            },
            Column(heading: "Uncertain") { $0.uncertainCount.map(String.init) },
        ]
    }

    private var countColumns: [Column] {
        [
            Column(heading: "Trained on") { "\($0.counts.train)" },
            Column(heading: "Held out") { "\($0.counts.heldOut)" },
            Column(heading: "Tested") {
                "\($0.counts.testNormal + $0.counts.testAnomalous + $0.counts.testUnlabelled)"
            },
            Column(heading: "Set aside") { "\($0.counts.quarantined)" },
        ]
    }

    private static func share(_ count: Int, of total: Int) -> String? {
        total > 0 ? "\(count) of \(total)" : nil
    }
}

/// The mean of a run beside published results.
struct PublishedTable {
    let report: RunReport

    func render() -> HTML {
        let names = report.peers.flatMap(\.furtherMetrics).distinctNames
        return HTML("table") {
            HTML.tableHead(["Method", "Image AUROC", "Pixel AUROC"] + names, texts: ["Source"])
            HTML("tbody") {
                for figure in own + report.peers {
                    HTML("tr") {
                        HTML("th", ["scope": "row"]) { figure.name }
                        HTML("td") { NumberText.published(figure.imageAUROC) }
                        HTML("td") { NumberText.published(figure.pixelAUROC) }
                        for name in names { HTML("td") { NumberText.published(figure.furtherMetrics.value(of: name)) } }
                        HTML("td", ["class": "text"]) { figure.source }
                    }
                }
            }
        }
    }

    private var own: [PublishedFigure] {
        guard let row = report.mean ?? report.categories.first?.metrics else { return [] }
        let count = report.categories.count
        return [
            PublishedFigure(
                name: "This run", imageAUROC: row.imageAUROC, pixelAUROC: row.pixelAUROC,
                furtherMetrics: row.furtherMetrics,
                source: count > 1 ? "mean over the \(count) rows above" : "the row above")
        ]
    }
}

extension [Metric] {
    /// Each name once, in the order of its first use.
    fileprivate var distinctNames: [String] {
        map(\.name).reduce(into: []) { names, name in if !names.contains(name) { names.append(name) } }
    }

    fileprivate func value(of name: String) -> Double? { first { $0.name == name }?.value }
}
