import Glibc

/// The probability that a verdict stays the same with other calibration images: the confidence of ExCeeD (Perini,
/// Vercruyssen and Davis, ECML PKDD 2020), which RejEx (Perini and Davis, NeurIPS 2023, arXiv 2305.13189) uses to leave
/// verdicts to a person. For scores of unlabelled images see `RejectionRule`.
///
/// From the papers: of n calibration scores, m are at or above the threshold. A score s with `count` of them at or
/// below it has the position p = (1 + count) / (2 + n) among normal images. Given n new scores, s is classified as
/// anomalous with probability 1 - BinomialCDF(n - m; n, p) = I_p(n - m + 1, m). This is the confidence of a verdict
/// "anomalous"; its complement is that of "normal". A verdict is uncertain if the other verdict has a probability of at
/// least exp(-tolerance).
///
/// Extensions, because calibration uses few normal images and a threshold at or above the highest of their scores,
/// where counting is not enough:
/// - Above the highest calibration score, the share of normal images with a higher score is 1 / (2 + n) times (1 + x /
///   k)^-k. x is the distance from the highest score, divided by the mean distance of the scores above the median from
///   the median; k is n / 2. This is the prediction of an exponential tail whose rate is estimated from k scores. So
///   scores far above are certain, and the distance needed depends on the spread and number of calibration scores. If
///   there is no spread (a single score, or equal scores), `ScoreScale.unitWithoutSpread` replaces it.
/// - m is at least 1. A threshold above the highest score is assumed to be as far above the highest of other scores.
/// - If several scores are of augmented copies of one image, n is the number of images, because copies add little
///   information. `count` and m are then scaled to images; I_p accepts real arguments.
///
/// The fewer images, the wider the range of uncertain verdicts around the threshold.
public struct VerdictConfidence: Sendable, Equatable {
    /// A verdict is uncertain if the other one has a probability of at least exp(-3), one in twenty.
    public static let defaultTolerance = 3.0

    /// Ascending.
    private let scores: [Float]
    private let threshold: Float
    private let tolerance: Double
    /// The mean distance of the scores above the median from the median.
    private let spread: Double
    /// The number of images at or above the threshold.
    private let anomalousCount: Double
    /// The number of images that the scores belong to.
    private let imageCount: Double
    /// The distance of the threshold above the highest score.
    private let margin: Double

    /// - Parameters:
    ///   - calibrationScores: Scores of normal images, at least one, in any order.
    ///   - images: The number of images if an image has several scores; at most the number of scores.
    ///   - threshold: Scores at or above it are classified as anomalous.
    ///   - scale: The scale of the scores, used if they have no spread.
    ///   - tolerance: 0 to 700. At ln 2 or below, nothing is uncertain.
    /// - Throws: `ThresholdsError` if a score or the threshold is not finite, or the tolerance is out of range.
    public init(
        calibrationScores: [Float], images: Int? = nil, threshold: Float, scale: ScoreScale = .logarithmic,
        tolerance: Double = defaultTolerance
    ) throws(ThresholdsError) {
        guard !calibrationScores.isEmpty else { throw .tooFewScores(count: 0, needed: 1) }
        if let index = calibrationScores.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
        guard threshold.isFinite else {
            throw .invalidOption(name: "threshold", value: "\(threshold)", expected: "a finite number")
        }
        guard tolerance >= 0, tolerance <= 700 else {
            throw .invalidOption(name: "tolerance", value: "\(tolerance)", expected: "a number from 0 to 700")
        }
        let images = images ?? calibrationScores.count
        guard (1...calibrationScores.count).contains(images) else {
            throw .invalidOption(
                name: "images", value: "\(images)", expected: "1 to the number of scores, \(calibrationScores.count)")
        }
        let scores = calibrationScores.sorted()
        self.scores = scores
        self.threshold = threshold
        self.tolerance = tolerance
        spread = Self.spread(scores, scale)
        imageCount = Double(images)
        anomalousCount = max(1, Double(scores.count { $0 >= threshold }) * imageCount / Double(scores.count))
        margin = max(0, Double(threshold) - Double(scores[scores.count - 1]))
    }

    /// 1 if the verdict would certainly stay the same, 0 if it would certainly change; about 0.5 near the threshold.
    public func confidence(in score: Float) -> Double { 1 - chanceOfAnother(score) }

    /// True if a person should decide.
    public func isUncertain(_ score: Float) -> Bool {
        tolerance > log(2) && chanceOfAnother(score) >= exp(-tolerance)
    }

    /// The half-open range of scores with uncertain verdicts; nil if it is empty. Its lower bound is minus infinity if
    /// all verdicts below are uncertain, as with one or two images.
    public var uncertainRange: Range<Float>? {
        guard isUncertain(threshold) || isUncertain(threshold.nextDown) else { return nil }
        let reach = Float(spread)
        var low = threshold.nextDown, high = threshold, step = reach
        while isUncertain(low), low > -Float.greatestFiniteMagnitude / 4 { (low, step) = (threshold - step, step * 2) }
        step = reach
        while isUncertain(high), high < Float.greatestFiniteMagnitude / 4 {
            (high, step) = (threshold + step, step * 2)
        }
        let lower = isUncertain(low) ? -.infinity : Self.border(low, threshold, isUncertain)
        return lower..<Self.border(threshold.nextDown, high) { !isUncertain($0) }
    }

    /// The probability that other calibration scores would change the verdict.
    private func chanceOfAnother(_ score: Float) -> Double {
        guard score.isFinite else { return 1 }
        let (a, b) = (imageCount - anomalousCount + 1, anomalousCount)
        let above = shareAbove(Double(score) - margin)
        // Computed from the small side: near 1 a double has too few digits for the difference.
        return score >= threshold ? IncompleteBeta.value(above, b, a) : IncompleteBeta.value(1 - above, a, b)
    }

    /// The estimated share of normal images with a higher score.
    private func shareAbove(_ score: Double) -> Double {
        let highest = Double(scores[scores.count - 1])
        if score > highest {
            let order = max(1, imageCount / 2)
            return exp(-order * log1p((score - highest) / spread / order)) / (2 + imageCount)
        }
        let rank = partitionPoint(0..<scores.count) { !(Double(scores[$0]) <= score) }
        return (1 + imageCount * (1 - Double(rank) / Double(scores.count))) / (2 + imageCount)
    }

    private static func spread(_ ascending: [Float], _ scale: ScoreScale) -> Double {
        let median = Double(ascending[(ascending.count - 1) / 2] + ascending[ascending.count / 2]) / 2
        let above = ascending.map(Double.init).filter { $0 > median }
        let excess = above.isEmpty ? 0 : above.reduce(0) { $0 + $1 - median } / Double(above.count)
        return max(excess > 0 ? excess : scale.unitWithoutSpread(median: median), Double(Float.leastNormalMagnitude))
    }

    /// Returns the first number for which the predicate is true. It changes once between the bounds, from false to
    /// true.
    private static func border(_ low: Float, _ high: Float, _ predicate: (Float) -> Bool) -> Float {
        var (low, high) = (low, high)
        while true {
            let middle = low / 2 + high / 2
            guard middle > low, middle < high else { return predicate(low) ? low : high }
            if predicate(middle) { high = middle } else { low = middle }
        }
    }
}

/// Scores or options from which no threshold, confidence or estimate can be computed.
public enum ThresholdsError: Error, Equatable, Sendable {
    case tooFewScores(count: Int, needed: Int)
    case notFinite(index: Int)
    /// All scores are equal.
    case equalScores(count: Int)
    case invalidOption(name: String, value: String, expected: String)
}

extension ThresholdsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooFewScores(let count, let needed):
            "There are \(count) scores, expected at least \(needed); add images."
        case .notFinite(let index):
            "Score \(index) is not finite; score its image again."
        case .equalScores(let count):
            "All \(count) scores are equal, expected different ones; check their source."
        case .invalidOption(let name, let value, let expected):
            "The option '\(name)' is \(value), expected \(expected); correct it."
        }
    }
}
