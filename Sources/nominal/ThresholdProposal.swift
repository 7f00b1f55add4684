import Thresholds

/// A threshold that was found without labels, with what speaks for it.
struct ThresholdProposal: Encodable {
    /// The share of anomalous images, and the bounds that it stays within with nine chances in ten where it was estimated.
    var contamination: Double
    var contaminationBounds: [Double]?
    /// The share of the images in the group of the highest scores, where it was estimated.
    var highestGroupShare: Double?
    /// Nil where no image is called anomalous.
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
        // Too few to call even one anomalous: there is nothing to be uncertain about.
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

    /// What does not exist is written as null, so that a reader finds every key.
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
            return "\(images) images, none anomalous by estimate: the group of the highest scores holds "
                + "\(percent(share)) of them, which is more than --high lets believe"
        }
        var text = "\(images) images, \(percent(contamination)) of them anomalous"
        if let bounds = contaminationBounds {
            text += " by estimate (\(percent(bounds[0])) to \(percent(bounds[1])))"
        }
        guard let threshold, let uncertain else { return text + ", which is not even one" }
        return text + "; at the threshold \(threshold), \(calledAnomalous) are called anomalous, and \(uncertain) "
            + "verdicts are uncertain"
    }
}
