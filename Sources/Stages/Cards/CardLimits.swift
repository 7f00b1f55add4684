import Statistics

/// The limits of a model, by rules from the facts of its card. Each rule has a name that stays, so that programs can look for
/// it; its bounds are below, in one place.
struct CardLimits {
    typealias Limit = ModelCard.Limit

    /// Fewer normal images than this are few: the smallest category of MVTec AD has 60.
    static let fewTrainingImages = 50
    /// Fewer labelled images of a kind than this leave an AUROC open by about a tenth.
    static let fewTestImages = 20
    /// A change of the camera is told where so many more normal images score above the threshold.
    static let falseAlarmRise = 0.05
    /// Or where it moves scores by so much of the way to the threshold.
    static let scoreShift = 0.5
    /// Synthetic defects are told badly below this AUROC, and found badly below this share.
    static let weakAUROC = 0.9, weakRecall = 0.8
    /// Training has done little where the identity error is still so much of what it was before.
    static let identityShare = 0.5
    /// Verdicts on normal test images are told where chance alone leads to so many false alarms less often.
    static let significance = 0.05

    let details: ModelCard.Details
    let data: DataFacts
    let training: TrainingFacts
    let threshold: ThresholdFacts
    let tests: TestMetrics
    let assessment: AssessmentFacts
    let drift: [CardDrift]

    /// In the order in which they matter to somebody who wants to use the model.
    var limits: [Limit] { verdicts + defects + changes + images + labels + making }

    private func limit(_ rule: String, _ figures: [String: Double], _ text: String) -> Limit {
        Limit(rule: rule, text: text, figures: figures)
    }

    private func percent(_ share: Double) -> String { CardNumber.percent(share) }

    // MARK: The threshold

    private var verdicts: [Limit] {
        var limits: [Limit] = []
        let count = threshold.heldOutImages, target = threshold.targetFalseAlarmRate
        // Of n images and one more, each is as likely as the others to score highest.
        let resolution = 1 / Double(count + 1)
        if threshold.calibrated == nil, resolution > target {
            let needed = target > 0 ? Int((1 / target).rounded(.up)) - 1 : nil
            let remedy = needed.map { "; to see it, \($0) would be needed" } ?? ""
            limits.append(
                limit(
                    "fewHeldOutImages",
                    ["heldOutImages": Double(count), "targetFalseAlarmRate": target, "resolution": resolution],
                    "The threshold rests on \(CardNumber.plural(count, "held-out normal image", "held-out normal images")). A "
                        + "new normal image scores above the highest of so few with a chance of \(percent(resolution)), so "
                        + "the target of \(percent(target)) false alarms is an extrapolation by the method "
                        + "\(threshold.estimate)\(remedy)."))
        }
        let normal = tests.verdicts(anomalous: false)
        if threshold.calibrated == nil, normal.images > 0, normal.calledAnomalous > 0,
            BinomialTail.chance(of: normal.calledAnomalous, of: normal.images, target) < Self.significance
        {
            limits.append(
                limit(
                    "falseAlarms",
                    [
                        "images": Double(normal.images), "falseAlarms": Double(normal.calledAnomalous),
                        "targetFalseAlarmRate": target,
                    ],
                    "Of \(CardNumber.plural(normal.images, "normal test image", "normal test images")), "
                        + "\(normal.calledAnomalous) (\(percent(share(normal)))) score above the threshold, which is more "
                        + "than a rate of \(percent(target)) explains."))
        }
        let uncertain = tests.kinds.reduce(0) { $0 + $1.uncertain }
        let all = tests.kinds.reduce(0) { $0 + $1.images }
        if uncertain > 0 {
            limits.append(
                limit(
                    "uncertainVerdicts", ["uncertain": Double(uncertain), "images": Double(all)],
                    "Of \(CardNumber.plural(all, "test image", "test images")), \(uncertain) "
                        + "\(uncertain == 1 ? "has a verdict that is" : "have verdicts that are") marked as uncertain and "
                        + "should be left to a person."))
        }
        return limits
    }

    private func share(_ verdicts: (images: Int, calledAnomalous: Int)) -> Double {
        Double(verdicts.calledAnomalous) / Double(verdicts.images)
    }

    // MARK: Defects

    private var defects: [Limit] {
        var limits: [Limit] = []
        for kind in tests.kinds where kind.isAnomalous == true && kind.calledAnomalous < kind.images {
            let missed = kind.images - kind.calledAnomalous
            limits.append(
                limit(
                    "missedTestDefects", ["images": Double(kind.images), "missed": Double(missed)],
                    "Of \(CardNumber.plural(kind.images, "test image", "test images")) with a defect of the kind "
                        + "\"\(kind.kind)\", \(missed) (\(percent(Double(missed) / Double(kind.images)))) "
                        + "\(missed == 1 ? "scores" : "score") below the threshold."))
        }
        if assessment.recall < Self.weakRecall {
            limits.append(
                limit(
                    "missedSyntheticDefects",
                    ["samples": Double(assessment.detection.samples), "recall": assessment.recall],
                    "Of \(assessment.detection.samples) synthetic defects in held-out images, "
                        + "\(percent(1 - assessment.recall)) score below the threshold."))
        }
        let weak = assessment.kinds.compactMap { name, detection in
            detection.imageAUROC.map { (name: name, auroc: $0, samples: detection.samples) }
        }.filter { $0.auroc < Self.weakAUROC }.sorted { ($0.auroc, $0.name) < ($1.auroc, $1.name) }
        for (place, kind) in weak.enumerated() {
            limits.append(
                limit(
                    "weakSyntheticKind", ["samples": Double(kind.samples), "imageAUROC": kind.auroc],
                    "Synthetic defects of the kind \(kind.name) are told from normal images with an image AUROC of only "
                        + "\(CardNumber.fixed(kind.auroc, 3)) (\(kind.samples) samples)"
                        + (place == 0 ? ": the kind that is missed most." : ".")))
        }
        return limits
    }
}
