extension CategoryReport {
    /// The verdicts at the calibrated threshold; `nil` without a threshold or without labelled images.
    var confusion: ConfusionCounts? {
        guard let threshold, isLabelled else { return nil }
        return ConfusionCounts(normalScores: normalScores, anomalousScores: anomalousScores, threshold: threshold)
    }

    /// How many of the unlabelled images are called anomalous at the calibrated threshold.
    var flaggedCount: (flagged: Int, total: Int)? {
        let finite = unlabelledScores.filter { $0.isFinite }
        guard let threshold, !finite.isEmpty else { return nil }
        return (finite.count { $0 >= threshold }, finite.count)
    }

    /// How many test images have an uncertain verdict at the calibrated threshold.
    var uncertainCount: Int? {
        guard threshold != nil else { return nil }
        let scores = normalScores + anomalousScores + unlabelledScores
        return uncertainScores.map { range in scores.count { range.contains($0) } } ?? 0
    }

    var isLabelled: Bool { !normalScores.isEmpty || !anomalousScores.isEmpty }

    var notFiniteScoreCount: Int {
        (normalScores + anomalousScores + unlabelledScores + calibrationScores).count { !$0.isFinite }
    }
}
