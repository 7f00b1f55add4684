import ArgumentParser
import Audit
import Console
import ContentStore
import Wording

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare metrics, data, parameters and code of runs.",
        discussion: """
            Compares each run with the first, by category, on the test images that both have scored. Differences of \
            image AUROC come with a 95 % bootstrap interval; differences of AUPIMO with the p-value of Wilcoxon's \
            signed-rank test, Holm-corrected for the number of categories. Only the folders of the runs are read, not \
            the store.

            Examples:
              nominal compare runs/before runs/after
              nominal compare runs/a runs/b runs/c --json > differences.json
              nominal compare runs/before runs/after --html comparison.html

            Exit codes: 0 success, with or without differences; 64 wrong arguments; 65 folders that cannot be \
            compared; 66 missing input; 74 the page cannot be written.
            """)

    @Argument(help: "Folders of finished runs, such as runs/demo; at least two.", completion: .directory)
    var runs: [String]

    @Flag(help: "Print a JSON list with an object per comparison.")
    var json = false

    @Option(help: ArgumentHelp("Also write a page with the same tables.", valueName: "file"))
    var html: String?

    func validate() throws {
        guard runs.count >= 2 else {
            throw ValidationError(
                "\(runs.count == 1 ? "one run is" : "no run is") given; expected at least two folders")
        }
    }

    func run() throws {
        let folders = try runs.map { try RunFolder(path: $0) }
        let comparisons = try folders.dropFirst().map { try RunComparison(folders[0], $0) }
        for path in runs.enumerated().filter({ !folders[$0.offset].tellsOrigin }).map(\.element) {
            StandardError.note(
                "\(path) has no run.json, so its data and parameters are unknown; run its job again to write one"
            )
        }
        if let html {
            _ = try AtomicFile.write(
                Array(RunComparison.page(comparisons).utf8), to: html, onlyIfChanged: true)
        }
        guard json else { return print(comparisons.map(ComparisonText.text).joined(separator: "\n\n")) }
        print(try comparisons.jsonText(isIndented: true))
    }
}

/// Text about a comparison of two runs.
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
            let values = [figure.first, figure.second].map { MetricsTable.number($0) }
            var line = "  " + padded(figure.name, 13) + "\(values[0]) -> \(values[1])"
            if let first = figure.first, let second = figure.second { line += "  \(signed(second - first))" }
            lines.append(line)
        }
        if let auroc = category.auroc {
            lines.append(
                "  image AUROC of the common images: \(signed(auroc.difference)), 95 % interval "
                    + "\(signed(auroc.lower)) to \(signed(auroc.upper))"
                    + (auroc.lower > 0 || auroc.upper < 0 ? "" : ", not significant"))
        }
        if let aupimo = category.aupimo {
            lines.append(
                "  AUPIMO of \(aupimo.pairs) images: median difference \(signed(aupimo.medianDifference)), "
                    + "\(aupimo.better) better, \(aupimo.worse) worse; p "
                    + probability(aupimo.probability) + ", corrected \(probability(aupimo.correctedProbability))"
                    + (aupimo.isExact ? " (exact)" : ""))
        }
        return lines.joined(separator: "\n")
    }

    /// Returns the numbers of images without a counterpart, by reason.
    private static func apart(_ category: RunComparison.Category) -> String {
        var parts: [String] = []
        if category.onlyFirst > 0 { parts.append("\(category.onlyFirst) only in the first run") }
        if category.onlySecond > 0 { parts.append("\(category.onlySecond) only in the second") }
        if category.changed > 0 { parts.append("\(category.changed) with a changed file or mask") }
        return parts.isEmpty ? "" : "; left out: " + parts.joined(separator: ", ")
    }

    private static func text(_ differences: RunDifferences) -> String {
        if differences.isEmpty { return "data, parameters and code are the same" }
        var lines: [String] = []
        for data in differences.data {
            for (name, files) in [("normal images", data.train), ("test images", data.test)] where !files.isEmpty {
                let parts = [("added", files.added), ("removed", files.removed), ("changed", files.changed)]
                    .filter { !$0.1.isEmpty }.map { "\($0.1.count) \($0.0) (\($0.1.listed()))" }
                lines.append("data        \(data.category): \(name): " + parts.joined(separator: ", "))
            }
            if data.haveOtherTextures { lines.append("data        \(data.category): other foreign textures") }
        }
        for (kind, changes) in [("parameters", differences.parameters), ("code", differences.code)] {
            for change in changes {
                let whose = change.categories.isEmpty ? "" : "  (\(change.categories.listed()))"
                lines.append(
                    padded(kind, 12)
                        + "\(change.name): \(change.first ?? "(absent)") -> \(change.second ?? "(absent)")\(whose)")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func signed(_ value: Double) -> String {
        (value < 0 ? "-" : "+") + MetricsTable.number(abs(value))
    }

    private static func probability(_ value: Double) -> String {
        value < 0.0001 ? "below 0.0001" : MetricsTable.number(value)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
