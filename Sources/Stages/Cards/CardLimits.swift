import Statistics
import Wording

/// The rules that derive a model's limits from the facts of its card. Each rule has a stable name for programs.
struct CardLimits {
    typealias Limit = ModelCard.Limit

    /// The minimum number of training images; fewer are reported. The smallest category of MVTec AD has 60.
    static let fewTrainingImages = 50
    /// The minimum number of labelled images of a class; fewer are reported, because the AUROC is uncertain by about
    /// 0.1.
    static let fewTestImages = 20
    /// The rise of the false-alarm rate at which a camera change is reported.
    static let falseAlarmRise = 0.05
    /// The score shift at which a camera change is reported, as a fraction of the distance from median to threshold.
    static let scoreShift = 0.5
    /// The minimum AUROC and recall on synthetic defects; lower values are reported.
    static let weakAUROC = 0.9, weakRecall = 0.8
    /// The maximum identity error, relative to the untrained network; larger values are reported.
    static let identityShare = 0.5
    /// The p-value below which false alarms are reported as more than the target rate explains.
    static let significance = 0.05

    let details: ModelCard.Details
    let data: DataFacts
    let training: TrainingFacts?
    let threshold: ThresholdFacts
    let tests: TestMetrics
    let assessment: AssessmentFacts
    let drift: [CardDrift]

    /// All limits, the most important to a user first.
    var limits: [Limit] { verdicts + defects + changes + images + labels + making }

    private func percent(_ share: Double) -> String { CardNumber.percent(share) }

    private var verdicts: [Limit] {
        var found = LimitList()
        let count = threshold.heldOutImages, target = threshold.targetFalseAlarmRate
        // Each of n + 1 images is equally likely to score highest.
        let resolution = 1 / Double(count + 1)
        if threshold.calibrated == nil, resolution > target {
            let needed = target > 0 ? Int((1 / target).rounded(.up)) - 1 : nil
            let remedy = needed.map { "; to see it, \($0) would be needed" } ?? ""
            found.add(
                "fewHeldOutImages",
                ["heldOutImages": Double(count), "targetFalseAlarmRate": target, "resolution": resolution],
                "The threshold rests on \(counted(count, "held-out normal image")). A "
                    + "new normal image scores above the highest of so few with a chance of \(percent(resolution)), so "
                    + "the \(threshold.expectedMisses == nil ? "target" : "expectation") of \(percent(target)) false alarms is an extrapolation by the method "
                    + "\(threshold.estimate)\(remedy).")
        }
        let normal = tests.verdicts(anomalous: false)
        if threshold.calibrated == nil, normal.images > 0, normal.calledAnomalous > 0,
            BinomialTail.chance(
                of: normal.calledAnomalous, of: normal.images,
                // An expectation from few images is no finer than their number.
                threshold.expectedMisses == nil ? target : max(target, resolution)) < Self.significance
        {
            found.add(
                "falseAlarms",
                [
                    "images": Double(normal.images), "falseAlarms": Double(normal.calledAnomalous),
                    "targetFalseAlarmRate": target,
                ],
                "Of \(counted(normal.images, "normal test image")), "
                    + "\(normal.calledAnomalous) (\(percent(share(normal)))) score above the threshold, which is more "
                    + "than a rate of \(percent(target)) explains.")
        }
        let uncertain = tests.kinds.reduce(0) { $0 + $1.uncertain }
        let all = tests.kinds.reduce(0) { $0 + $1.images }
        if uncertain > 0 {
            found.add(
                "uncertainVerdicts", ["uncertain": Double(uncertain), "images": Double(all)],
                "Of \(counted(all, "test image")), \(uncertain) "
                    + "\(uncertain == 1 ? "has a verdict that is" : "have verdicts that are") marked as uncertain and "
                    + "should be left to a person.")
        }
        return found.limits
    }

    private func share(_ verdicts: (images: Int, calledAnomalous: Int)) -> Double {
        Double(verdicts.calledAnomalous) / Double(verdicts.images)
    }

    private var defects: [Limit] {
        var found = LimitList()
        for kind in tests.kinds where kind.isAnomalous == true && kind.calledAnomalous < kind.images {
            let missed = kind.images - kind.calledAnomalous
            found.add(
                "missedTestDefects", ["images": Double(kind.images), "missed": Double(missed)],
                "Of \(counted(kind.images, "test image")) with a defect of the kind "
                    + "\"\(kind.kind)\", \(missed) (\(percent(Double(missed) / Double(kind.images)))) "
                    + "\(missed == 1 ? "scores" : "score") below the threshold.")
        }
        if !assessment.isAssessed {
            found.add(
                "notAssessed", [:],
                "The maps were made before by another program. New images have none, and the model was not assessed on "
                    + "synthetic defects and changes of the camera.")
        } else if assessment.recall < Self.weakRecall {
            found.add(
                "missedSyntheticDefects",
                ["samples": Double(assessment.detection.samples), "recall": assessment.recall],
                "Of \(assessment.detection.samples) synthetic defects in held-out images, "
                    + "\(percent(1 - assessment.recall)) score below the threshold.")
        }
        let weak = assessment.kinds.compactMap { name, detection in
            detection.imageAUROC.map { (name: name, auroc: $0, samples: detection.samples) }
        }.filter { $0.auroc < Self.weakAUROC }.sorted { ($0.auroc, $0.name) < ($1.auroc, $1.name) }
        for (place, kind) in weak.enumerated() {
            found.add(
                "weakSyntheticKind", ["samples": Double(kind.samples), "imageAUROC": kind.auroc],
                "Synthetic defects of the kind \(kind.name) are distinguished from normal images with an image AUROC of only "
                    + "\(CardNumber.fixed(kind.auroc, 3)) (\(kind.samples) samples)"
                    + (place == 0 ? ": the kind that is missed most." : "."))
        }
        return found.limits
    }
}

/// The limits that rules have found so far.
struct LimitList {
    private(set) var limits: [ModelCard.Limit] = []

    mutating func add(_ rule: String, _ figures: [String: Double], _ text: String) {
        limits.append(ModelCard.Limit(rule: rule, text: text, figures: figures))
    }
}
