import ContentStore
import Pipeline
import Statistics

/// Compares the new model with the one in production and with the anchor. The anchor is a fixed model, so that small
/// losses over many nights do not add up.
///
/// The comparison uses assessments on the same images (`champion.assessment`, `anchor.assessment`,
/// `challenger.assessment`) and, if there are labelled images, their metrics and scores. Without a model in production,
/// the champion's inputs are missing, and a new model is promoted if it detects anything at all.
package struct GateStage: Stage {
    package static let name = "gate"
    /// History: 2 = the anchor.
    package static let version = 2

    /// The permitted losses of the new model against another one, as fractions from 0 to 1.
    package struct Bounds: Codable, Equatable, Sendable {
        var falseAlarms, recall, criterion: Double

        package init(falseAlarms: Double, recall: Double, criterion: Double) {
            (self.falseAlarms, self.recall, self.criterion) = (falseAlarms, recall, criterion)
        }
    }

    /// The bounds against the model in production, and against the anchor.
    var bounds, anchor: Bounds
    var significance: Double

    package init(bounds: Bounds, anchor: Bounds, significance: Double) {
        (self.bounds, self.anchor, self.significance) = (bounds, anchor, significance)
    }

    package var outputs: [String] { ["verdict.json"] }

    /// The evidence about a model.
    struct Evidence {
        var assessment: Assessment
        /// AUPIMO by file, for labelled images that have one.
        var aupimo: [String: Double] = [:]
        /// Score and label by file, for labelled images.
        var scores: [String: (score: Float, isAnomalous: Bool)] = [:]
    }

    package func run(_ context: TaskContext) throws {
        let champion = context.hasInput("champion.assessment") ? try evidence("champion", context) : nil
        let anchor = context.hasInput("anchor.assessment") ? try evidence("anchor", context) : nil
        let verdict = verdict(champion, anchor: anchor, try evidence("challenger", context))
        context.log(verdict.reason)
        try context.writeJSON(verdict, to: "verdict.json")
    }

    func verdict(_ champion: Evidence?, anchor: Evidence? = nil, _ challenger: Evidence) -> Verdict {
        guard let champion else {
            let recall = challenger.assessment.recall
            return Verdict([
                Verdict.Criterion(
                    name: "recall of synthetic defects", challenger: recall, rule: "none is found", isWorse: recall <= 0
                )
            ])
        }
        var criteria = self.criteria(champion, challenger, bounds)
        if let anchor {
            criteria += self.criteria(anchor, challenger, self.anchor).map { criterion in
                var criterion = criterion
                (criterion.anchor, criterion.champion, criterion.against) = (criterion.champion, nil, "anchor")
                return criterion
            }
        }
        return Verdict(criteria)
    }

    /// - Parameter former: the evidence about the model to compare with.
    private func criteria(
        _ former: Evidence, _ challenger: Evidence, _ bounds: Bounds
    ) -> [Verdict.Criterion] {
        let (old, new) = (former.assessment, challenger.assessment)
        var criteria = [
            bounded("false alarms", old.falseAlarms, new.falseAlarms, rise: bounds.falseAlarms),
            recall(old, new, bounds.recall),
            bounded("criterion", old.criterion, new.criterion, fall: bounds.criterion),
        ]
        let images = Set(former.scores.keys).intersection(challenger.scores.keys).sorted()
        if !images.isEmpty { criteria += labelled(former, challenger, images) }
        return criteria
    }

    private func bounded(
        _ name: String, _ old: Double, _ new: Double, rise: Double? = nil, fall: Double? = nil
    ) -> Verdict.Criterion {
        // Fractions of few images are coarse, so a bound that is reached exactly must pass.
        let slack = 1e-9
        let isWorse = rise.map { new - old > $0 + slack } ?? fall.map { old - new > $0 + slack } ?? false
        let rule = rise.map { "rises by more than \($0)" } ?? fall.map { "falls by more than \($0)" } ?? ""
        return Verdict.Criterion(name: name, champion: old, challenger: new, rule: rule, isWorse: isWorse)
    }

    /// Compares scores of the same defects in pairs: with few defects, the recall alone depends on where the
    /// threshold happens to lie.
    private func recall(_ old: Assessment, _ new: Assessment, _ bound: Double) -> Verdict.Criterion {
        var criterion = bounded("recall of synthetic defects", old.recall, new.recall, fall: bound)
        let test = fall(zip(old.defectScores, new.defectScores).map { Double($1 - $0) })
        criterion.rule += ", and scores significantly (Wilcoxon, \(significance))"
        criterion.probability = test.probability
        criterion.isWorse = criterion.isWorse && test.isSignificant
        return criterion
    }

    /// The p-value of paired differences by Wilcoxon's signed-rank test, significant only if they lie below 0.
    private func fall(_ differences: [Double]) -> (probability: Double, isSignificant: Bool) {
        let test = WilcoxonSignedRank(differences)
        // The sum of positive ranks gives the direction; half of all ranks is the centre.
        let middle = Double(test.count) * Double(test.count + 1) / 4
        return (test.probability, test.positiveRankSum < middle && test.probability < significance)
    }

    private func labelled(_ champion: Evidence, _ challenger: Evidence, _ images: [String]) -> [Verdict.Criterion] {
        var criteria: [Verdict.Criterion] = []
        let pairs = images.compactMap { image in
            champion.aupimo[image].flatMap { old in challenger.aupimo[image].map { (old: old, new: $0) } }
        }
        if !pairs.isEmpty {
            let test = fall(pairs.map { $0.new - $0.old })
            criteria.append(
                Verdict.Criterion(
                    name: "AUPIMO of labelled images", champion: mean(pairs.map(\.old)),
                    challenger: mean(pairs.map(\.new)), rule: "falls significantly (Wilcoxon, \(significance))",
                    probability: test.probability, isWorse: test.isSignificant))
        } else {
            // Record the skipped criterion, so that nobody takes it for passed: it needs masks, and enough normal
            // images for its range.
            criteria.append(
                Verdict.Criterion(name: "AUPIMO of labelled images", rule: "is not defined here", isWorse: false))
        }
        let labels = images.map { challenger.scores[$0]!.isAnomalous }
        if let pair = PairedAUROC(
            images.map { champion.scores[$0]!.score }, images.map { challenger.scores[$0]!.score }, labels: labels)
        {
            criteria.append(
                Verdict.Criterion(
                    name: "image AUROC of labelled images", champion: pair.first, challenger: pair.second,
                    rule: "falls significantly (bootstrap, 95 %)", isWorse: pair.interval.upperBound < 0))
        }
        return criteria
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func evidence(_ model: String, _ context: TaskContext) throws -> Evidence {
        var evidence = Evidence(assessment: try context.readJSON(Assessment.self, "\(model).assessment"))
        guard context.hasInput("\(model).metrics") else { return evidence }
        evidence.aupimo = try context.readJSON(CategoryMetrics.self, "\(model).metrics").aupimo
        for entry in try context.readJSON(ScoreIndex.self, "\(model).scores").entries {
            guard let isAnomalous = entry.isAnomalous else { continue }
            evidence.scores[entry.file] = (entry.score, isAnomalous)
        }
        return evidence
    }
}
