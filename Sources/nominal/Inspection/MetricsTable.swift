import Foundation
import Metrics

/// Metrics as a text table with a row per category.
enum MetricsTable {
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
        Column(heading: "AU-PRO 0.05", category: { $0.aupro.at005 }, mean: { $0.aupro.at005 }),
        Column(heading: "AU-PRO 0.3", category: { $0.aupro.at03 }, mean: { $0.aupro.at03 }),
        Column(heading: "SegF1", category: { $0.segF1 }, mean: { $0.segF1 }),
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
            guard let category = metrics.categories[name] else { continue }
            lines.append(line(name, cells { $0.category(category) }))
        }
        if lines.count > 2 { lines.append(line("mean", cells { $0.mean(metrics.mean) })) }
        return lines.joined(separator: "\n")
    }

    /// Returns four decimals, or a dash for an undefined metric.
    static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        // Values from foreign files may be of any size.
        guard abs(value) < 1e9 else { return "\(value)" }
        // The sum turns -0 into 0.
        return String(format: "%.4f", (value * 10_000).rounded() / 10_000 + 0)
    }
}

/// The metrics of one test set as text, one per line, with the reason if a metric is undefined.
enum MetricsList {
    static func text(_ metrics: DetectionMetrics) -> String {
        let images = metrics.images
        var lines = [row("images", "\(images.normal) normal, \(images.anomalous) anomalous")]
        func add(
            _ heading: String, _ metric: String, _ value: Double?, at threshold: Float? = nil,
            within interval: Interval? = nil
        ) {
            let note =
                threshold.map { " at \($0)" }
                ?? interval.map {
                    ", 95 % interval \(MetricsTable.number($0.lower)) to \(MetricsTable.number($0.upper))"
                } ?? metrics.undefined[metric].map { "  \($0)" } ?? ""
            lines.append(row(heading, MetricsTable.number(value) + note))
        }
        add("image AUROC", "imageAUROC", metrics.imageAUROC, within: metrics.intervals?.imageAUROC)
        add("image AP", "imageAP", metrics.imageAP)
        add("image F1-max", "imageF1Max", metrics.imageF1Max, at: metrics.imageF1MaxThreshold)
        add("pixel AUROC", "pixelAUROC", metrics.pixelAUROC, within: metrics.intervals?.pixelAUROC)
        add("pixel AP", "pixelAP", metrics.pixelAP)
        add("pixel F1-max", "pixelF1Max", metrics.pixelF1Max, at: metrics.pixelF1MaxThreshold)
        add("AU-PRO 0.05", "aupro", metrics.aupro.at005, within: metrics.intervals?.aupro.at005)
        add("AU-PRO 0.3", "aupro", metrics.aupro.at03, within: metrics.intervals?.aupro.at03)
        add("AU-PRO 1", "aupro", metrics.aupro.at1)
        add("SegF1", "segF1", metrics.segF1, at: metrics.pixelThreshold)
        add("severity", "severityCorrelation", metrics.severityCorrelation)
        add("AUPIMO mean", "aupimo", metrics.aupimo.mean)
        if metrics.aupimo.mean != nil {
            add("AUPIMO median", "aupimo", metrics.aupimo.median)
            add("AUPIMO deviation", "aupimo", metrics.aupimo.standardDeviation)
            let worst = metrics.aupimo.worst.map { "\($0.image) \(MetricsTable.number($0.aupimo))" }
            lines.append(row("AUPIMO worst", worst.joined(separator: "\n" + row("", ""))))
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ heading: String, _ text: String) -> String {
        heading + String(repeating: " ", count: max(0, 18 - heading.count)) + text
    }
}
