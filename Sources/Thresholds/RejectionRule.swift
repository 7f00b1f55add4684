import Glibc

/// Tells which verdicts would hardly be the same with other training data, so that a person decides instead: RejEx (Perini
/// and Davis, "Unsupervised anomaly detection with rejection", NeurIPS 2023, arXiv 2305.13189), which rejects by the
/// stability of ExCeeD (Perini, Vercruyssen and Davis, "Quantifying the confidence of anomaly detectors in their
/// example-wise predictions", ECML PKDD 2020).
///
/// Of n training scores, the n * contamination highest, rounded down, are called anomalous. For a score s with `count`
/// training scores at or below it, p = (1 + count) / (2 + n), and the stability is the probability that s is called
/// anomalous by n scores drawn anew: 1 - BinomialCDF(n - floor(n * contamination); n, p). The confidence is twice its
/// distance from 1/2, and a verdict is rejected when that is at most 1 - 2 exp(-tolerance).
public struct RejectionRule: Sendable {
    /// The tolerance of the paper.
    public static let defaultTolerance = 32.0

    public let contamination: Double
    public let tolerance: Double
    /// Ascending.
    private let scores: [Float]
    private let anomalousCount: Int

    /// - Parameters:
    ///   - trainingScores: of unlabelled images, in any order.
    ///   - contamination: the share of anomalous images among them, such as `GammaGMM` estimates.
    /// - Throws: `ThresholdsError` for a score that is not finite, and for a contamination of not even one score or of all.
    public init(
        trainingScores: [Float], contamination: Double, tolerance: Double = defaultTolerance
    ) throws(ThresholdsError) {
        if let index = trainingScores.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
        let count = trainingScores.count
        guard contamination > 0, contamination < 1, Int(Double(count) * contamination) >= 1 else {
            throw .invalidOption(
                name: "contamination", value: "\(contamination)",
                expected: "a share below 1 that is at least one of the \(count) training scores")
        }
        // At ln 2 nothing is rejected, and below that the rule means nothing; e^-700 is the least that a double holds.
        guard tolerance >= log(2), tolerance <= 700 else {
            throw .invalidOption(name: "tolerance", value: "\(tolerance)", expected: "a number from ln 2 to 700")
        }
        self.contamination = contamination
        self.tolerance = tolerance
        scores = trainingScores.sorted()
        anomalousCount = Int(Double(count) * contamination)
    }

    /// The score at and above which the training scores are called anomalous.
    public var threshold: Float { scores[scores.count - anomalousCount] }

    /// The probability that the score would be called anomalous after training on other data.
    public func stability(of score: Float) -> Double {
        let (a, b) = (Double(scores.count - anomalousCount + 1), Double(anomalousCount))
        return IncompleteBeta.value(position(rank(of: score)), a, b)
    }

    /// 0 where the verdict is a coin's, 1 where it is certain.
    public func confidence(in score: Float) -> Double { 2 * abs(stability(of: score) - 0.5) }

    /// True if the verdict on the score should be left to a person.
    public func rejects(_ score: Float) -> Bool {
        let rank = rank(of: score)
        return mayBeAnomalous(rank) && mayBeNormal(rank)
    }

    /// How many of some scores are rejected. As `rejects` depends on the rank alone, and on one side each, two searches say for
    /// all of them.
    public func rejectedCount(of values: [Float]) -> Int {
        let ranks = 0...scores.count
        let first = RejectionRule.first(of: ranks) { mayBeAnomalous($0) }
        let end = RejectionRule.first(of: ranks) { !mayBeNormal($0) }
        return values.count { (first..<max(first, end)).contains(rank(of: $0)) }
    }

    // confidence <= 1 - 2 exp(-T), written for stability and for its complement: near 1 a double holds too few digits for the
    // difference.
    private func mayBeAnomalous(_ rank: Int) -> Bool {
        IncompleteBeta.value(position(rank), Double(scores.count - anomalousCount + 1), Double(anomalousCount))
            >= exp(-tolerance)
    }

    private func mayBeNormal(_ rank: Int) -> Bool {
        IncompleteBeta.value(1 - position(rank), Double(anomalousCount), Double(scores.count - anomalousCount + 1))
            >= exp(-tolerance)
    }

    /// The first number for which a predicate is true that turns from false to true once; one beyond the last if it never does.
    private static func first(of numbers: ClosedRange<Int>, where predicate: (Int) -> Bool) -> Int {
        var low = numbers.lowerBound, high = numbers.upperBound + 1
        while low < high {
            let middle = (low + high) / 2
            if predicate(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The share of future verdicts that will be rejected: the distance between the two values of p at which the
    /// confidence reaches the bound.
    public var expectedRejectionRate: Double {
        let (a, b) = (Double(scores.count - anomalousCount + 1), Double(anomalousCount))
        let bound = exp(-tolerance)
        return max(0, 1 - IncompleteBeta.inverse(bound, b, a) - IncompleteBeta.inverse(bound, a, b))
    }

    private func position(_ rank: Int) -> Double { Double(1 + rank) / Double(2 + scores.count) }

    /// How many training scores lie at or below a score.
    private func rank(of score: Float) -> Int {
        var low = 0, high = scores.count
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] <= score { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
