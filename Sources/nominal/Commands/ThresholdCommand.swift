import ArgumentParser
import Evaluation
import Foundation
import Thresholds

struct ThresholdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threshold",
        abstract: "Proposes a threshold from scores alone, and says which verdicts are too uncertain.",
        discussion: """
            For images that nobody has labelled: estimates the share of anomalous ones (gammaGMM, arXiv 2210.10487), sets the
            threshold that calls this share anomalous, and counts the images that other data might as well have put on the
            other side of it (RejEx, arXiv 2305.13189), each for every category of the table. Labels are not read.

            Examples:
              nominal threshold runs/score-new/scores.csv
              nominal threshold scores.csv --contamination 0.05 --json

            Exit codes: 0 done; 64 wrong arguments; 65 a table or scores that cannot be used; 66 the file is missing.
            """)

    @Argument(help: "A table with the columns image and score.", completion: .file(extensions: ["csv"]))
    var file: String

    @Option(help: "The share of anomalous images, where it is known. Default: it is estimated.")
    var contamination: Double?

    @Option(
        help: ArgumentHelp(
            "A share of anomalous images that would be a surprise: one chance in a hundred.",
            discussion: "Estimates rise with it. It has to be above the share of the group that is to be found."))
    var high = 0.15

    @Option(help: "Verdicts with a chance of more than exp(-tolerance) to be another one are counted as uncertain.")
    var tolerance = RejectionRule.defaultTolerance

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        for (name, share) in [("contamination", contamination ?? 0.5), ("high", high)] where !(share > 0 && share < 1) {
            throw ValidationError("--\(name) is \(share); expected a share above 0 and below 1")
        }
        guard tolerance >= 0.7, tolerance <= 700 else {
            throw ValidationError("--tolerance is \(tolerance); expected 0.7 to 700")
        }
    }

    func run() throws {
        try failing {
            let rows = try ScoreTable(path: file).rows
            guard !rows.isEmpty else { throw ThresholdsError.tooFewScores(count: 0, needed: 1) }
            let categories = Dictionary(grouping: rows, by: \.category).mapValues { $0.map(\.score) }
            var proposals: [String: ThresholdProposal] = [:]
            for (name, scores) in categories.sorted(by: { $0.key < $1.key }) {
                let proposal = try ThresholdProposal(
                    scores, contamination: contamination, prior: ContaminationPrior(high: high), tolerance: tolerance)
                proposals[name] = proposal
                if !json { print((name.isEmpty ? "" : "\(name): ") + proposal.text) }
            }
            guard json else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            print(String(decoding: try encoder.encode(proposals), as: UTF8.self))
        }
    }
}
