extension RankMetrics {
    /// The ROC curve over all distinct thresholds, from (0, 0) to (1, 1), without the points that lie on the straight
    /// line between their neighbours. Empty when one class is missing.
    public static func rocCurve(scores: [Double], labels: [Bool]) throws(MetricsError) -> [ROCPoint] {
        let ranking = try ScoreRanking(scores: scores, labels: labels)
        guard ranking.positives > 0, ranking.negatives > 0, let highest = ranking.ties.first else { return [] }
        var kept = [ScoreRanking.Tie(threshold: highest.threshold.nextUp, positives: 0, negatives: 0)]
        for tie in ranking.ties {
            let last = kept[kept.count - 1]
            let next = ScoreRanking.Tie(
                threshold: tie.threshold, positives: last.positives + tie.positives,
                negatives: last.negatives + tie.negatives)
            if kept.count > 1, isCollinear(kept[kept.count - 2], last, next) { kept.removeLast() }
            kept.append(next)
        }
        return kept.map { counts in
            ROCPoint(
                fpr: Double(counts.negatives) / Double(ranking.negatives),
                tpr: Double(counts.positives) / Double(ranking.positives), threshold: counts.threshold)
        }
    }

    /// Precision and recall at all distinct thresholds, from the highest down. Empty when there is no anomalous sample.
    public static func precisionRecallCurve(
        scores: [Double], labels: [Bool]
    ) throws(MetricsError) -> [PrecisionRecallPoint] {
        let ranking = try ScoreRanking(scores: scores, labels: labels)
        guard ranking.positives > 0 else { return [] }
        var truePositives = 0, falsePositives = 0
        return ranking.ties.map { tie in
            truePositives += tie.positives
            falsePositives += tie.negatives
            return PrecisionRecallPoint(
                recall: Double(truePositives) / Double(ranking.positives),
                precision: Double(truePositives) / Double(truePositives + falsePositives), threshold: tie.threshold)
        }
    }

    /// `rocCurve(scores:labels:)` of single-precision scores.
    public static func rocCurve(scores: [Float], labels: [Bool]) throws(MetricsError) -> [ROCPoint] {
        try rocCurve(scores: scores.map(Double.init), labels: labels)
    }

    /// `precisionRecallCurve(scores:labels:)` of single-precision scores.
    public static func precisionRecallCurve(
        scores: [Float], labels: [Bool]
    ) throws(MetricsError) -> [PrecisionRecallPoint] {
        try precisionRecallCurve(scores: scores.map(Double.init), labels: labels)
    }

    /// True if the cumulated counts of three points lie on one line, decided in integers.
    private static func isCollinear(_ a: ScoreRanking.Tie, _ b: ScoreRanking.Tie, _ c: ScoreRanking.Tie) -> Bool {
        (b.positives - a.positives) * (c.negatives - b.negatives)
            == (c.positives - b.positives) * (b.negatives - a.negatives)
    }
}
