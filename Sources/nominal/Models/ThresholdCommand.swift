import ArgumentParser
import Console
import Evaluation
import VerdictStatistics

struct ThresholdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "threshold",
        abstract: "Propose a threshold from unlabelled scores.",
        discussion: """
            For each category of the table: estimates the share of anomalous images (gammaGMM, arXiv 2210.10487), \
            computes the threshold for this share, and counts the uncertain verdicts (RejEx, arXiv 2305.13189). Labels \
            are not used.

            Examples:
              nominal threshold runs/score-new/scores.csv
              nominal threshold scores.csv --contamination 0.05 --json

            Exit codes: 0 success; 64 wrong arguments; 65 unusable table or scores; 66 missing file.
            """)

    @Argument(help: "A CSV table with the columns image and score.", completion: .file(extensions: ["csv"]))
    var file: String

    @Option(help: "The share of anomalous images, if known. Default: estimated.")
    var contamination: Double?

    @Option(
        help: ArgumentHelp(
            "Prior: the share of anomalous images exceeds this with probability 0.01.",
            discussion: "Estimates rise with it. Choose it above the share that you expect."))
    var high = 0.15

    @Option(help: "Count verdicts as uncertain that would change with probability above exp(-tolerance).")
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
        print(try proposals.jsonText(isIndented: true))
    }
}

/// A threshold from unlabelled scores, with its estimates.
struct ThresholdProposal: Encodable {
    /// The share of anomalous images and, if estimated, its 90 % interval.
    var contamination: Double
    var contaminationBounds: [Double]?
    /// If estimated, the share of images in the group with the highest scores.
    var highestGroupShare: Double?
    /// The threshold, or nil if no image is anomalous.
    var threshold: Float?
    var images, calledAnomalous: Int
    var uncertain: Int?
    var expectedUncertainShare: Double?

    init(_ scores: [Float], contamination known: Double?, prior: ContaminationPrior, tolerance: Double) throws {
        images = scores.count
        if let known {
            contamination = known
        } else {
            let estimate = try GammaGMM.estimate(scores, prior: prior)
            contamination = estimate.mean
            contaminationBounds = [estimate.quantile(0.05), estimate.quantile(0.95)]
            highestGroupShare = estimate.topShare
        }
        calledAnomalous = 0
        // Less than one anomalous image: no verdict is uncertain.
        guard known != nil || Double(scores.count) * contamination >= 1 else { return }
        let rule = try RejectionRule(trainingScores: scores, contamination: contamination, tolerance: tolerance)
        let threshold = rule.threshold
        self.threshold = threshold
        calledAnomalous = scores.count { $0 >= threshold }
        uncertain = rule.rejectedCount(of: scores)
        expectedUncertainShare = rule.expectedRejectionRate
    }

    private enum CodingKeys: CodingKey {
        case contamination, contaminationBounds, highestGroupShare, threshold, images, calledAnomalous, uncertain
        case expectedUncertainShare
    }

    /// Writes missing values as null, so that every key is present.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(contamination, forKey: .contamination)
        try container.encode(contaminationBounds, forKey: .contaminationBounds)
        try container.encode(highestGroupShare, forKey: .highestGroupShare)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(images, forKey: .images)
        try container.encode(calledAnomalous, forKey: .calledAnomalous)
        try container.encode(uncertain, forKey: .uncertain)
        try container.encode(expectedUncertainShare, forKey: .expectedUncertainShare)
    }

    var text: String {
        func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
        if contamination == 0, let share = highestGroupShare {
            return "\(images) images, none anomalous by estimate: the group with the highest scores has "
                + "\(percent(share)) of them, too many for the prior of --high"
        }
        var text = "\(images) images, \(percent(contamination)) of them anomalous"
        if let bounds = contaminationBounds {
            text += " by estimate (\(percent(bounds[0])) to \(percent(bounds[1])))"
        }
        guard let threshold, let uncertain else { return text + ", fewer than one image" }
        return text + "; at the threshold \(threshold), \(calledAnomalous) are called anomalous, and \(uncertain) "
            + "verdicts are uncertain"
    }
}
