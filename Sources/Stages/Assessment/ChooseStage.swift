import Pipeline
import Statistics

/// Selects the candidate with the highest label-free criterion. Among equals the last one wins: of checkpoints, the one
/// with the most training steps. A fusion wins unless another is better by more than the criterion's standard error
/// (the rule of Breiman et al., "Classification and Regression Trees", 1984), since the mean of several detectors
/// varies less than each of them.
package struct ChooseStage: Stage {
    package static let name = "choose"
    /// History: 1 = first; 2 = brief assessments; 3 = prefers a fusion;
    /// 4 = AU-PRO of the candidates; 5 = the standard error is that of half an AUROC.
    package static let version = 5

    /// The number of candidates. Inputs are `model.0` to `model.COUNT-1` in the order of training, and likewise
    /// `calibration.json`, `training.json` and `assessment.json`.
    var count: Int
    /// The names of the candidates, for the report; nil for the last checkpoints of a training.
    var labels: [String]?
    /// The number of the fusion among the candidates; nil without one.
    var fusion: Int?

    package init(count: Int, labels: [String]? = nil, fusion: Int? = nil) {
        (self.count, self.labels, self.fusion) = (count, labels, fusion)
    }

    /// `candidates.json` has an `Assessment.Candidate` for each candidate.
    package var outputs: [String] { ["model", "calibration.json", "training.json", "candidates.json"] }

    package func run(_ context: TaskContext) throws {
        let all = try (0..<count).map { try context.readJSON(Assessment.self, "assessment.json.\($0)") }
        var best = 0
        for number in 0..<count where all[number].criterion >= all[best].criterion { best = number }
        let highest = best
        if let fusion, all[best].criterion - all[fusion].criterion <= all[best].standardError(against: all[fusion]) {
            best = fusion
        }
        for output in outputs.dropLast() { try context.write(try context.read("\(output).\(best)"), to: output) }
        let labels = labels ?? (0..<count).map { "checkpoint \($0 + 1) of the last \(count)" }
        if best != count - 1 || self.labels != nil {
            context.log(
                best == highest
                    ? "\(labels[best]) has the highest criterion, \(all[best].criterion)"
                    : "\(labels[best]) has the criterion \(all[best].criterion), at most a standard error below the highest: "
                        + "\(labels[highest]) has \(all[highest].criterion)")
        }
        try context.writeJSON(
            all.enumerated().map { number, assessment in
                Assessment.Candidate(
                    name: labels[number], criterion: assessment.criterion,
                    imageAUROC: assessment.detection.imageAUROC, aupro: assessment.detection.aupro,
                    isChosen: number == best)
            }, to: "candidates.json")
    }
}

extension Assessment {
    /// The standard error of the difference in criterion to another model on the same images: half the standard error
    /// of the difference in image AUROC, which is a quarter of the width of its 95 % interval. AU-PRO, the other half
    /// of the criterion, varies less.
    func standardError(against other: Assessment) -> Double {
        let labels = normalScores.map { _ in false } + defectScores.map { _ in true }
        guard normalScores.count == other.normalScores.count, defectScores.count == other.defectScores.count,
            let paired = PairedAUROC(
                normalScores + defectScores, other.normalScores + other.defectScores, labels: labels)
        else { return 0 }
        return (paired.interval.upperBound - paired.interval.lowerBound) / 4 / 2
    }
}
