import Metrics

/// The metrics of one test set for a terminal, a line for each, with the reason where there is none.
enum FiguresList {
    static func text(_ metrics: DetectionMetrics) -> String {
        let images = metrics.images
        var lines = [row("images", "\(images.normal) normal, \(images.anomalous) anomalous")]
        func add(_ heading: String, _ figure: String, _ value: Double?, at threshold: Float? = nil) {
            let note = threshold.map { " at \($0)" } ?? metrics.undefined[figure].map { "  \($0)" } ?? ""
            lines.append(row(heading, FiguresTable.number(value) + note))
        }
        add("image AUROC", "imageAUROC", metrics.imageAUROC)
        add("image AP", "imageAP", metrics.imageAP)
        add("image F1-max", "imageF1Max", metrics.imageF1Max, at: metrics.imageF1MaxThreshold)
        add("pixel AUROC", "pixelAUROC", metrics.pixelAUROC)
        add("pixel AP", "pixelAP", metrics.pixelAP)
        add("pixel F1-max", "pixelF1Max", metrics.pixelF1Max, at: metrics.pixelF1MaxThreshold)
        add("AU-PRO 0.05", "aupro", metrics.aupro.at005)
        add("AU-PRO 0.3", "aupro", metrics.aupro.at03)
        add("AU-PRO 1", "aupro", metrics.aupro.at1)
        add("AUPIMO mean", "aupimo", metrics.aupimo.mean)
        if metrics.aupimo.mean != nil {
            add("AUPIMO median", "aupimo", metrics.aupimo.median)
            add("AUPIMO deviation", "aupimo", metrics.aupimo.standardDeviation)
            let worst = metrics.aupimo.worst.map { "\($0.image) \(FiguresTable.number($0.aupimo))" }
            lines.append(row("AUPIMO worst", worst.joined(separator: "\n" + row("", ""))))
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ heading: String, _ text: String) -> String {
        heading + String(repeating: " ", count: max(0, 18 - heading.count)) + text
    }
}
