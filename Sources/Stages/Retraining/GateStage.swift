import ContentStore
import Manifests
import Pipeline
import Statistics

/// Compares the new model with the one in production.
///
/// By the assessments of both (`champion.assessment`, `challenger.assessment`), which are of the same images, and, where there
/// are labelled images, by the metrics and scores of these. The champion's inputs are missing where no model is in production:
/// then a new one is promoted that finds anything at all.
struct GateStage: Stage {
    static let name = "gate"
    static let version = 1

    var gate: RetrainSection.Gate

    let outputs = ["verdict.json"]

    var parameters: [KeyPart] {
        [
            KeyPart("falseAlarms", .real(gate.falseAlarms)), KeyPart("recall", .real(gate.recall)),
            KeyPart("criterion", .real(gate.criterion)), KeyPart("significance", .real(gate.significance)),
        ]
    }

    /// What is known of one of the two models.
    struct Evidence {
        var assessment: Assessment
        /// AUPIMO of each labelled image that has one, by its file.
        var aupimo: [String: Double] = [:]
        /// Score and label of each labelled image, by its file.
        var scores: [String: (score: Float, isAnomalous: Bool)] = [:]
    }

    func run(_ context: TaskContext) throws {
        let champion = context.hasInput("champion.assessment") ? try evidence("champion", context) : nil
        let verdict = verdict(champion, try evidence("challenger", context))
        context.log(verdict.reason)
        try context.writeJSON(verdict, to: "verdict.json")
    }

    func verdict(_ champion: Evidence?, _ challenger: Evidence) -> Verdict {
        guard let champion else {
            let recall = challenger.assessment.recall
            return Verdict([
                Verdict.Criterion(
                    name: "recall of synthetic defects", challenger: recall, rule: "none is found", isWorse: recall <= 0
                )
            ])
        }
        let (old, new) = (champion.assessment, challenger.assessment)
        var criteria = [
            bounded("false alarms", old.falseAlarms, new.falseAlarms, rise: gate.falseAlarms),
            recall(old, new),
            bounded("criterion", old.criterion, new.criterion, fall: gate.criterion),
        ]
        let images = Set(champion.scores.keys).intersection(challenger.scores.keys).sorted()
        if !images.isEmpty { criteria += labelled(champion, challenger, images) }
        return Verdict(criteria)
    }

    private func bounded(
        _ name: String, _ old: Double, _ new: Double, rise: Double? = nil, fall: Double? = nil
    ) -> Verdict.Criterion {
        // Shares of few images are multiples of large fractions: a bound that is reached exactly is kept.
        let slack = 1e-9
        let isWorse = rise.map { new - old > $0 + slack } ?? fall.map { old - new > $0 + slack } ?? false
        let rule = rise.map { "rises by more than \($0)" } ?? fall.map { "falls by more than \($0)" } ?? ""
        return Verdict.Criterion(name: name, champion: old, challenger: new, rule: rule, isWorse: isWorse)
    }

    /// Of the same defects in the same images: with few of them the share alone would follow the threshold's chance.
    private func recall(_ old: Assessment, _ new: Assessment) -> Verdict.Criterion {
        var criterion = bounded("recall of synthetic defects", old.recall, new.recall, fall: gate.recall)
        let test = fall(zip(old.defectScores, new.defectScores).map { Double($1 - $0) })
        criterion.rule += ", and scores significantly (Wilcoxon, \(gate.significance))"
        criterion.probability = test.probability
        criterion.isWorse = criterion.isWorse && test.isSignificant
        return criterion
    }

    /// Whether differences of pairs lie below 0.
    private func fall(_ differences: [Double]) -> (probability: Double, isSignificant: Bool) {
        let test = WilcoxonSignedRank(differences)
        // The sum of the positive ranks says which way they point: half of all ranks is the middle.
        let middle = Double(test.count) * Double(test.count + 1) / 4
        return (test.probability, test.positiveRankSum < middle && test.probability < gate.significance)
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
                    challenger: mean(pairs.map(\.new)), rule: "falls significantly (Wilcoxon, \(gate.significance))",
                    probability: test.probability, isWorse: test.isSignificant))
        } else {
            // Said, so that nobody takes it for passed: it needs masks, and normal images enough for its range.
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
