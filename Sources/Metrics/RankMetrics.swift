/// Metrics of a list of scores with one label each (image level). Only the order of the scores counts, so any range
/// will do: 1e-6, 1 to 100, negative numbers. A sample is called anomalous when its score is at or above the
/// threshold. All functions take O(n log n) time.
///
/// Every function throws `MetricsError.countMismatch`, and `MetricsError.notANumber` for a score that is not a number.
public enum RankMetrics {
    /// Area under the ROC curve: the probability that an anomalous sample scores above a normal one, ties counting
    /// half (Mann-Whitney). Nil when one class is missing.
    public static func auroc(scores: [Double], labels: [Bool]) throws(MetricsError) -> Double? {
        try tally(scores, labels).auroc
    }

    /// Average precision: the sum over distinct thresholds of precision times the step in recall, without
    /// interpolation. Nil when there is no anomalous sample.
    public static func averagePrecision(scores: [Double], labels: [Bool]) throws(MetricsError) -> Double? {
        try tally(scores, labels).averagePrecision
    }

    /// The largest F1 over all distinct thresholds and the highest threshold that reaches it. Nil when there is no
    /// anomalous sample.
    public static func f1Max(
        scores: [Double], labels: [Bool]
    ) throws(MetricsError) -> (f1: Double, threshold: Double)? {
        try tally(scores, labels).f1
    }

    private static func tally(_ scores: [Double], _ labels: [Bool]) throws(MetricsError) -> RankTally {
        let ranking = try ScoreRanking(scores: scores, labels: labels)
        var tally = RankTally(positives: ranking.positives, negatives: ranking.negatives)
        for tie in ranking.ties {
            tally.add(threshold: tie.threshold, positives: tie.positives, negatives: tie.negatives)
        }
        return tally
    }
}

extension RankMetrics {
    /// `auroc(scores:labels:)` of single-precision scores.
    public static func auroc(scores: [Float], labels: [Bool]) throws(MetricsError) -> Double? {
        try auroc(scores: scores.map(Double.init), labels: labels)
    }

    /// `averagePrecision(scores:labels:)` of single-precision scores.
    public static func averagePrecision(scores: [Float], labels: [Bool]) throws(MetricsError) -> Double? {
        try averagePrecision(scores: scores.map(Double.init), labels: labels)
    }

    /// `f1Max(scores:labels:)` of single-precision scores.
    public static func f1Max(scores: [Float], labels: [Bool]) throws(MetricsError) -> (f1: Double, threshold: Double)? {
        try f1Max(scores: scores.map(Double.init), labels: labels)
    }
}
