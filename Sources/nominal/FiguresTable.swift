import Stages

/// Metrics as a table for a terminal.
enum FiguresTable {
    static func text(_ metrics: MetricsSummary, order: [String]) -> String {
        var rows = order.compactMap { name in metrics.categories[name].map { (name, $0) } }
        if rows.count > 1 { rows.append(("mean", metrics.mean)) }
        let width = max(8, rows.map(\.0.count).max() ?? 0)
        var lines = [padded("category", width) + "  image AUROC  pixel AUROC"]
        for (name, figures) in rows {
            lines.append(padded(name, width) + "  " + number(figures.imageAUROC) + "  " + number(figures.pixelAUROC))
        }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func number(_ value: Double?) -> String {
        guard let value else { return "          -" }
        let digits = "\(Int((value * 10000).rounded()) + 100_000)"
        let whole = Int((value * 10000).rounded()) / 10000
        return "     \(whole).\(digits.suffix(4))"
    }
}
