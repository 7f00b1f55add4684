import Foundation
import Jobs

/// Trials of a sweep as tables for a terminal.
enum SweepTable {
    /// What will be tried.
    static func text(trials sweep: Sweep) -> String {
        let header = ["trial"] + sweep.manifest.parameters.map(\.pointer.description)
        return lines([header] + sweep.trials.map { [$0.name] + $0.values.map(\.readable) })
    }

    /// The ranking, and below it, for the record, the metrics of labelled test images.
    static func text(_ ranking: SweepRanking) -> String {
        let ranked = ranking.trials.filter { $0.rank != nil }
        let hasSeeds = ranked.contains { $0.seedSpread != nil }
        let hasCategories = ranked.contains { $0.categorySpread != nil }
        var header = ["rank", "trial", "criterion"]
        if hasSeeds { header.append("± seeds") }
        if hasCategories { header.append("± categories") }
        let rows = ranked.map { trial in
            var row = ["\(trial.rank ?? 0)", trial.trial.name, number(trial.criterion)]
            if hasSeeds { row.append(number(trial.seedSpread)) }
            if hasCategories { row.append(number(trial.categorySpread)) }
            return row + trial.trial.values.map(\.readable)
        }
        var blocks: [String] = []
        if !rows.isEmpty {
            blocks.append(lines([header + ranking.manifest.parameters.map(\.pointer.description)] + rows))
        }
        let failed = ranking.trials.filter { $0.rank == nil }
        if !failed.isEmpty {
            blocks.append(
                (["not ranked"]
                    + failed.map { trial in
                        "  \(trial.trial.name) (\(ranking.manifest.summary(of: trial.trial))): \(trial.failure ?? "")"
                    }).joined(separator: "\n"))
        }
        let measured = ranking.trials.filter { $0.record.imageAUROC != nil || $0.record.pixelAUROC != nil }
        if !measured.isEmpty {
            let table =
                [["trial", "image AUROC", "pixel AUROC"]]
                + measured.map {
                    [$0.trial.name, number($0.record.imageAUROC), number($0.record.pixelAUROC)]
                }
            blocks.append("\(SweepRanking.recordNote)\n\n\(lines(table))")
        }
        return blocks.joined(separator: "\n\n")
    }

    /// Columns two spaces apart, aligned to the right.
    private static func lines(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Four decimals as long as they say enough, else four significant digits.
    private static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        return String(format: value == 0 || (0.001..<10_000).contains(abs(value)) ? "%.4f" : "%.3e", value)
    }
}
