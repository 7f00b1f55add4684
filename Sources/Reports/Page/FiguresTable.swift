/// A row per category with a link to its section, and the mean. Columns without any value but 0 are left out.
struct FiguresTable {
    private struct Column {
        let heading: String
        /// `nil` where the category has no such figure.
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
            HTML("thead") {
                HTML("tr") {
                    for heading in ["Category"] + columns.map(\.heading) { HTML("th", ["scope": "col"]) { heading } }
                }
            }
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
        [
            Column(heading: "Image AUROC") {
                $0.imageAUROC.map(NumberText.fraction)
            } mean: {
                $0.imageAUROC.map(NumberText.fraction)
            },
            Column(heading: "Pixel AUROC") {
                $0.pixelAUROC.map(NumberText.fraction)
            } mean: {
                $0.pixelAUROC.map(NumberText.fraction)
            },
        ] + furtherMetricNames.map(furtherMetric) + verdictColumns + countColumns
    }

    private func furtherMetric(_ name: String) -> Column {
        let text = { (row: MetricsRow) in
            row.furtherMetrics.first { $0.name == name }?.value.map(NumberText.metric)
        }
        return Column(heading: name, value: { text($0.metrics) }, mean: text)
    }

    private var verdictColumns: [Column] {
        [
            Column(heading: "Missed") { category in
                category.confusion.flatMap { Self.share($0.falseNegatives, of: $0.falseNegatives + $0.truePositives) }
            },
            Column(heading: "False alarms") { category in
                category.confusion.flatMap { Self.share($0.falsePositives, of: $0.falsePositives + $0.trueNegatives) }
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

    /// In the order in which the categories first name them.
    private var furtherMetricNames: [String] {
        let rows = categories.map(\.metrics) + (mean.map { [$0] } ?? [])
        return rows.flatMap(\.furtherMetrics).map(\.name).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    private static func share(_ count: Int, of total: Int) -> String? {
        total > 0 ? "\(count) of \(total)" : nil
    }
}
