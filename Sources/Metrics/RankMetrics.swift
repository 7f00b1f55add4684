/// Metrics of scores with one label each (image level). They depend only on the order of the scores, so any range
/// works. A sample is classified as anomalous if its score is at or above the threshold. Time: O(n log n).
///
/// All functions throw `MetricsError.countMismatch`, and `MetricsError.notANumber` for a NaN score.
public enum RankMetrics {
    /// Area under the ROC curve: the probability that an anomalous sample scores above a normal one, with ties counting
    /// half (Mann-Whitney). Nil if one class is missing.
    public static func auroc<Score: BinaryFloatingPoint>(scores: [Score], labels: [Bool]) throws(MetricsError)
        -> Double?
    {
        try tally(scores, labels).auroc
    }

    /// Average precision: the sum over distinct thresholds of precision times the increase in recall, without
    /// interpolation. Nil without an anomalous sample.
    public static func averagePrecision<Score: BinaryFloatingPoint>(scores: [Score], labels: [Bool])
        throws(MetricsError) -> Double?
    {
        try tally(scores, labels).averagePrecision
    }

    /// The largest F1 over all distinct thresholds, and the highest threshold that reaches it. Nil without an anomalous
    /// sample.
    public static func f1Max<Score: BinaryFloatingPoint>(
        scores: [Score], labels: [Bool]
    ) throws(MetricsError) -> (f1: Double, threshold: Double)? {
        try tally(scores, labels).f1
    }

    private static func tally<Score: BinaryFloatingPoint>(
        _ scores: [Score], _ labels: [Bool]
    ) throws(MetricsError) -> RankTally {
        let ranking = try ScoreRanking(scores: scores, labels: labels)
        var tally = RankTally(positives: ranking.positives, negatives: ranking.negatives)
        for tie in ranking.ties {
            tally.add(threshold: tie.threshold, positives: tie.positives, negatives: tie.negatives)
        }
        return tally
    }
}

extension RankMetrics {
    /// The ROC curve over all distinct thresholds, from (0, 0) to (1, 1), without collinear points. Empty if one class
    /// is missing.
    public static func rocCurve<Score: BinaryFloatingPoint>(scores: [Score], labels: [Bool]) throws(MetricsError)
        -> [ROCPoint]
    {
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

    /// Precision and recall at all distinct thresholds in descending order. Empty without an anomalous sample.
    public static func precisionRecallCurve<Score: BinaryFloatingPoint>(
        scores: [Score], labels: [Bool]
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

    /// True if the cumulative counts of three points are collinear; exact integer arithmetic.
    private static func isCollinear(_ a: ScoreRanking.Tie, _ b: ScoreRanking.Tie, _ c: ScoreRanking.Tie) -> Bool {
        (b.positives - a.positives) * (c.negatives - b.negatives)
            == (c.positives - b.positives) * (b.negatives - a.negatives)
    }
}

/// Labelled scores grouped by equal score, in descending order.
struct ScoreRanking {
    struct Tie {
        let threshold: Double
        var positives: Int
        var negatives: Int
    }

    let ties: [Tie]
    let positives: Int
    let negatives: Int

    init<Score: BinaryFloatingPoint>(scores: [Score], labels: [Bool]) throws(MetricsError) {
        guard scores.count == labels.count else {
            throw .countMismatch(scores: scores.count, labels: labels.count)
        }
        let scores = scores.map { Double($0) }
        if let index = scores.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        var ties: [Tie] = []
        for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            if ties.last?.threshold != scores[index] {
                ties.append(Tie(threshold: scores[index], positives: 0, negatives: 0))
            }
            if labels[index] {
                ties[ties.count - 1].positives += 1
            } else {
                ties[ties.count - 1].negatives += 1
            }
        }
        self.ties = ties
        positives = labels.count(where: { $0 })
        negatives = labels.count - positives
    }
}

/// Accumulates the metrics that depend only on the order of scores (image or pixel level). Ties are added in descending
/// order of score. All counts are integers, so the order within a tie does not matter.
struct RankTally {
    private let totalPositives: Int
    private let totalNegatives: Int
    private(set) var truePositives = 0
    private(set) var falsePositives = 0
    /// Twice the Mann-Whitney statistic: correctly ordered pairs count two, ties one. A few billion pixels have more
    /// pairs than fit into 64 bits.
    private var doubledPairs: Int128 = 0
    private var precisionSum = 0.0
    private(set) var f1Max = 0.0
    private(set) var f1Threshold = 0.0

    init(positives: Int, negatives: Int) {
        totalPositives = positives
        totalNegatives = negatives
    }

    mutating func add(threshold: @autoclosure () -> Double, positives: Int, negatives: Int) {
        // Overflow is impossible, and checking for it would dominate the run time.
        doubledPairs &+= Int128(negatives) &* Int128(2 * truePositives + positives)
        truePositives += positives
        falsePositives += negatives
        // Without a new positive, recall is unchanged and F1 can only fall.
        guard positives > 0 else { return }
        precisionSum += Double(positives) * Double(truePositives) / Double(truePositives + falsePositives)
        let f1 = Double(2 * truePositives) / Double(totalPositives + truePositives + falsePositives)
        if f1 > f1Max {
            f1Max = f1
            f1Threshold = threshold()
        }
    }

    /// Area under the ROC curve; nil if one class is missing.
    var auroc: Double? {
        guard totalPositives > 0, totalNegatives > 0 else { return nil }
        return Double(doubledPairs) / (2 * Double(totalPositives) * Double(totalNegatives))
    }

    /// The sum over thresholds of precision times the increase in recall; nil without positives.
    var averagePrecision: Double? {
        totalPositives > 0 ? precisionSum / Double(totalPositives) : nil
    }

    /// The largest F1 and the highest threshold that reaches it; nil without positives.
    var f1: (f1: Double, threshold: Double)? {
        totalPositives > 0 ? (f1Max, f1Threshold) : nil
    }
}
