import Metrics

/// Metrics as a table for a terminal, a row for each category.
enum FiguresTable {
    struct Column: Sendable {
        var heading: String
        var category: @Sendable (DetectionMetrics) -> Double?
        var mean: @Sendable (MeanMetrics) -> Double?
    }

    static let overview = [
        Column(heading: "image AUROC", category: { $0.imageAUROC }, mean: { $0.imageAUROC }),
        Column(heading: "pixel AUROC", category: { $0.pixelAUROC }, mean: { $0.pixelAUROC }),
    ]

    static let all = [
        Column(heading: "image AUROC", category: { $0.imageAUROC }, mean: { $0.imageAUROC }),
        Column(heading: "image AP", category: { $0.imageAP }, mean: { $0.imageAP }),
        Column(heading: "image F1", category: { $0.imageF1Max }, mean: { $0.imageF1Max }),
        Column(heading: "pixel AUROC", category: { $0.pixelAUROC }, mean: { $0.pixelAUROC }),
        Column(heading: "pixel AP", category: { $0.pixelAP }, mean: { $0.pixelAP }),
        Column(heading: "pixel F1", category: { $0.pixelF1Max }, mean: { $0.pixelF1Max }),
        Column(heading: "AU-PRO 0.3", category: { $0.aupro.at03 }, mean: { $0.aupro.at03 }),
        Column(heading: "AUPIMO", category: { $0.aupimo.mean }, mean: { $0.aupimo.mean }),
    ]

    static func text(_ metrics: MetricsSummary, order: [String], columns: [Column] = overview) -> String {
        let width = max(8, order.map(\.count).max() ?? 0)
        func line(_ name: String, _ cells: [String]) -> String {
            name + String(repeating: " ", count: max(0, width - name.count)) + cells.map { "  " + $0 }.joined()
        }
        func cells(_ value: (Column) -> Double?) -> [String] {
            columns.map { column in
                let text = number(value(column))
                return String(repeating: " ", count: max(0, column.heading.count - text.count)) + text
            }
        }
        var lines = [line("category", columns.map(\.heading))]
        for name in order {
            guard let figures = metrics.categories[name] else { continue }
            lines.append(line(name, cells { $0.category(figures) }))
        }
        if lines.count > 2 { lines.append(line("mean", cells { $0.mean(metrics.mean) })) }
        return lines.joined(separator: "\n")
    }

    /// Four decimals; a dash for a figure that does not exist.
    static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        // Figures may come from files that anybody wrote.
        guard abs(value) < 1e9 else { return "\(value)" }
        let digits = "\(Int((value * 10000).rounded()) + 100_000)"
        return "\(Int((value * 10000).rounded()) / 10000).\(digits.suffix(4))"
    }
}
