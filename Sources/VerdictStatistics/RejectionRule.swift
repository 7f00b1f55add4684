import Glibc

/// Rejects verdicts that other training data would probably change, so that a person decides instead: RejEx (Perini and
/// Davis, "Unsupervised anomaly detection with rejection", NeurIPS 2023, arXiv 2305.13189), based on the stability of
/// ExCeeD (Perini, Vercruyssen and Davis, "Quantifying the confidence of anomaly detectors in their example-wise
/// predictions", ECML PKDD 2020).
///
/// Of n training scores, the floor(n * contamination) highest are classified as anomalous. For a score s with `count`
/// training scores at or below it, p = (1 + count) / (2 + n). The stability is the probability that s is classified as
/// anomalous given n new scores: 1 - BinomialCDF(n - floor(n * contamination); n, p). The confidence is twice its
/// distance from 1/2. A verdict is rejected if the confidence is at most 1 - 2 exp(-tolerance).
public struct RejectionRule: Sendable {
    /// The tolerance of the paper.
    public static let defaultTolerance = 32.0

    public let contamination: Double
    public let tolerance: Double
    /// Ascending.
    private let scores: [Float]
    private let anomalousCount: Int

    /// - Parameters:
    ///   - trainingScores: Scores of unlabelled images, in any order.
    ///   - contamination: The share of anomalous images among them, for example from `GammaGMM`.
    /// - Throws: `ThresholdsError` if a score is not finite, or if the contamination covers less than one score or all
    ///   scores.
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
        // At ln 2 nothing is rejected; below, the rule is meaningless. e^-700 is near the smallest double.
        guard tolerance >= log(2), tolerance <= 700 else {
            throw .invalidOption(name: "tolerance", value: "\(tolerance)", expected: "a number from ln 2 to 700")
        }
        self.contamination = contamination
        self.tolerance = tolerance
        scores = trainingScores.sorted()
        anomalousCount = Int(Double(count) * contamination)
    }

    /// Scores at or above it are classified as anomalous.
    public var threshold: Float { scores[scores.count - anomalousCount] }

    /// The probability that the score is classified as anomalous after training on other data.
    public func stability(of score: Float) -> Double {
        stability(atRank: rank(of: score))
    }

    /// 0 for an arbitrary verdict, 1 for a certain one.
    public func confidence(in score: Float) -> Double { 2 * abs(stability(of: score) - 0.5) }

    /// True if a person should decide.
    public func rejects(_ score: Float) -> Bool {
        let rank = rank(of: score)
        return mayBeAnomalous(rank) && mayBeNormal(rank)
    }

    /// Returns the number of rejected scores. Rejection depends on the rank only, and the rejected ranks are
    /// contiguous, so two binary searches suffice.
    public func rejectedCount(of values: [Float]) -> Int {
        let ranks = 0..<scores.count + 1
        let first = partitionPoint(ranks) { mayBeAnomalous($0) }
        let end = partitionPoint(ranks) { !mayBeNormal($0) }
        return values.count { (first..<max(first, end)).contains(rank(of: $0)) }
    }

    // confidence <= 1 - 2 exp(-T), for the stability and for its complement separately: near 1 a double has too few
    // digits for the difference.
    private func mayBeAnomalous(_ rank: Int) -> Bool { stability(atRank: rank) >= exp(-tolerance) }

    private func mayBeNormal(_ rank: Int) -> Bool {
        IncompleteBeta.value(1 - position(rank), shape.b, shape.a) >= exp(-tolerance)
    }

    /// The expected share of rejected verdicts: the distance between the two values of p at which the confidence
    /// reaches the bound.
    public var expectedRejectionRate: Double {
        let bound = exp(-tolerance)
        return max(
            0, 1 - IncompleteBeta.inverse(bound, shape.b, shape.a) - IncompleteBeta.inverse(bound, shape.a, shape.b))
    }

    private func stability(atRank rank: Int) -> Double { IncompleteBeta.value(position(rank), shape.a, shape.b) }

    private var shape: (a: Double, b: Double) { (Double(scores.count - anomalousCount + 1), Double(anomalousCount)) }

    private func position(_ rank: Int) -> Double { Double(1 + rank) / Double(2 + scores.count) }

    /// The number of training scores at or below a score.
    private func rank(of score: Float) -> Int {
        partitionPoint(0..<scores.count) { !(scores[$0] <= score) }
    }
}
