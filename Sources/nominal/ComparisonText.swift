import Audit

/// A comparison of two runs for a terminal.
enum ComparisonText {
    static func text(_ comparison: RunComparison) -> String {
        var blocks = ["\(comparison.first) -> \(comparison.second)"]
        for category in comparison.categories { blocks.append(text(category)) }
        for (run, names) in [(comparison.first, comparison.onlyFirst), (comparison.second, comparison.onlySecond)]
        where !names.isEmpty {
            blocks.append("only in \(run): \(names.joined(separator: ", "))")
        }
        if let differences = comparison.differences { blocks.append(text(differences)) }
        return blocks.joined(separator: "\n\n")
    }

    private static func text(_ category: RunComparison.Category) -> String {
        var lines = ["\(category.name): \(category.pairs) test images in common" + apart(category)]
        for figure in category.figures {
            let values = [figure.first, figure.second].map { FiguresTable.number($0) }
            var line = "  " + padded(figure.name, 13) + "\(values[0]) -> \(values[1])"
            if let first = figure.first, let second = figure.second { line += "  \(signed(second - first))" }
            lines.append(line)
        }
        if let auroc = category.auroc {
            lines.append(
                "  image AUROC of the common images: \(signed(auroc.difference)), 95 % of draws between "
                    + "\(signed(auroc.lower)) and \(signed(auroc.upper))"
                    + (auroc.lower > 0 || auroc.upper < 0 ? "" : ", so it may be chance"))
        }
        if let aupimo = category.aupimo {
            lines.append(
                "  AUPIMO of \(aupimo.pairs) images: median difference \(signed(aupimo.medianDifference)), "
                    + "\(aupimo.better) better, \(aupimo.worse) worse; probability by chance "
                    + probability(aupimo.probability) + ", corrected \(probability(aupimo.correctedProbability))"
                    + (aupimo.isExact ? " (exact)" : ""))
        }
        return lines.joined(separator: "\n")
    }

    /// What is no pair, and why.
    private static func apart(_ category: RunComparison.Category) -> String {
        var parts: [String] = []
        if category.onlyFirst > 0 { parts.append("\(category.onlyFirst) only in the first run") }
        if category.onlySecond > 0 { parts.append("\(category.onlySecond) only in the second") }
        if category.changed > 0 { parts.append("\(category.changed) whose file or mask has changed") }
        return parts.isEmpty ? "" : "; left out: " + parts.joined(separator: ", ")
    }

    private static func text(_ differences: RunDifferences) -> String {
        if differences.isEmpty { return "data, parameters and code are the same" }
        var lines: [String] = []
        for data in differences.data {
            for (name, files) in [("normal images", data.train), ("test images", data.test)] where !files.isEmpty {
                let parts = [("added", files.added), ("removed", files.removed), ("changed", files.changed)]
                    .filter { !$0.1.isEmpty }.map { "\($0.1.count) \($0.0) (\(listed($0.1)))" }
                lines.append("data        \(data.category): \(name): " + parts.joined(separator: ", "))
            }
            if data.haveOtherTextures { lines.append("data        \(data.category): other foreign textures") }
        }
        for (kind, changes) in [("parameters", differences.parameters), ("code", differences.code)] {
            for change in changes {
                let whose = change.categories.isEmpty ? "" : "  (\(listed(change.categories)))"
                lines.append(
                    padded(kind, 12)
                        + "\(change.name): \(change.first ?? "(absent)") -> \(change.second ?? "(absent)")\(whose)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : "")
    }

    private static func signed(_ value: Double) -> String {
        (value < 0 ? "-" : "+") + FiguresTable.number(abs(value))
    }

    private static func probability(_ value: Double) -> String {
        value < 0.0001 ? "below 0.0001" : FiguresTable.number(value)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
