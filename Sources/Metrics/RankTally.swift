/// Gathers image or pixel metrics that depend only on the order of the scores. Feed it the tie groups from the highest
/// score down; all counts are integers, so the result does not depend on the order within a tie.
struct RankTally {
    private let totalPositives: Int
    private let totalNegatives: Int
    private(set) var truePositives = 0
    private(set) var falsePositives = 0
    /// Twice the Mann-Whitney statistic: pairs in the right order count two, ties one. A few billion pixels have more pairs
    /// than 64 bits count.
    private var doubledPairs: Int128 = 0
    private var precisionSum = 0.0
    private(set) var f1Max = 0.0
    private(set) var f1Threshold = 0.0

    init(positives: Int, negatives: Int) {
        totalPositives = positives
        totalNegatives = negatives
    }

    mutating func add(threshold: @autoclosure () -> Double, positives: Int, negatives: Int) {
        // No overflow is possible, and looking for one would take longer than the rest.
        doubledPairs &+= Int128(negatives) &* Int128(2 * truePositives + positives)
        truePositives += positives
        falsePositives += negatives
        // Without a new positive, recall stays and F1 can only fall.
        guard positives > 0 else { return }
        precisionSum += Double(positives) * Double(truePositives) / Double(truePositives + falsePositives)
        let f1 = Double(2 * truePositives) / Double(totalPositives + truePositives + falsePositives)
        if f1 > f1Max {
            f1Max = f1
            f1Threshold = threshold()
        }
    }

    /// Area under the ROC curve; nil when one class is missing.
    var auroc: Double? {
        guard totalPositives > 0, totalNegatives > 0 else { return nil }
        return Double(doubledPairs) / (2 * Double(totalPositives) * Double(totalNegatives))
    }

    /// Sum over thresholds of precision times the step in recall; nil without positives.
    var averagePrecision: Double? {
        totalPositives > 0 ? precisionSum / Double(totalPositives) : nil
    }

    /// Largest F1 and the highest threshold that reaches it; nil without positives.
    var f1: (f1: Double, threshold: Double)? {
        totalPositives > 0 ? (f1Max, f1Threshold) : nil
    }
}
