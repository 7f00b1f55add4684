import ArgumentParser
import Audit
import ContentStore
import Foundation

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Shows how runs differ: figures, how much of that may be chance, data, parameters and code.",
        discussion: """
            Each run is compared with the first, category by category, on the test images that both have scored. Image AUROC
            comes with an interval that holds 95 % of the differences over images drawn anew; AUPIMO, which every anomalous
            image has for itself, with the probability of Wilcoxon's signed-rank test, corrected after Holm for the number of
            categories. Nothing is computed anew and no store is needed: the folders of the runs are read.

            Examples:
              nominal compare runs/before runs/after
              nominal compare runs/a runs/b runs/c --json > differences.json
              nominal compare runs/before runs/after --html comparison.html

            Exit codes: 0 done, whatever the differences; 64 wrong arguments; 65 folders that cannot be compared; 66 something
            is missing; 74 the page cannot be written.
            """)

    @Argument(help: "Folders of finished runs, such as runs/demo; at least two.", completion: .directory)
    var runs: [String]

    @Flag(help: "Print one JSON list with an object for each comparison.")
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
        try failing {
            let folders = try runs.map { try RunFolder(path: $0) }
            let comparisons = try folders.dropFirst().map { try RunComparison(folders[0], $0) }
            for path in runs.enumerated().filter({ !folders[$0.offset].tellsOrigin }).map(\.element) {
                StandardError.write(
                    "note: \(path) has no run.json, so what it was made from is not known; run its job again to write one"
                )
            }
            if let html {
                _ = try AtomicFile.write(
                    Array(RunComparison.page(comparisons).utf8), to: html, onlyIfChanged: true)
            }
            guard json else { return print(comparisons.map(ComparisonText.text).joined(separator: "\n\n")) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            print(String(decoding: try encoder.encode(comparisons), as: UTF8.self))
        }
    }
}
