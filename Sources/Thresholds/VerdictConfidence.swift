import Glibc

/// How surely a verdict would be the same if other normal images had been held out for calibration: the confidence of ExCeeD
/// (Perini, Vercruyssen and Davis, ECML PKDD 2020), by which RejEx (Perini and Davis, NeurIPS 2023, arXiv 2305.13189)
/// leaves verdicts to a person; see `RejectionRule` for both where the scores are those of unlabelled images.
///
/// Sourced: of n calibration scores, m lie at or above the threshold. A score s with `count` of them at or below it has the
/// position p = (1 + count) / (2 + n) among normal images, and n scores drawn anew would call it anomalous with the
/// probability 1 - BinomialCDF(n - m; n, p) = I_p(n - m + 1, m). That, or its complement for a verdict "normal", is the
/// confidence; a verdict is uncertain where another one has a chance of at least exp(-tolerance).
///
/// Our reading, as calibration has a few normal images and a threshold at or beyond the highest of them, where counting ends:
/// - above the highest calibration score, the share of normal images that score higher still is 1 / (2 + n) times
///   (1 + x / k)^-k. There x is the distance from the highest score in units of the mean distance between the median and the
///   scores above it, and k half of n: what an exponential tail predicts whose rate is known from k scores. So a score far
///   out is certain, and how far that is depends on the spread of the calibration scores and on their number. A single
///   score, or equal ones, have no spread: then a tenth of the median takes its place;
/// - m is at least 1. A threshold beyond the highest score would with other scores lie as far beyond their highest one;
/// - where the scores are those of fewer images, each changed in several ways, n is the number of images: a changed copy
///   tells little new. `count` and m are in units of images then. I_p takes real numbers as well.
///
/// The fewer images, the wider is the band of uncertain verdicts around the threshold.
public struct VerdictConfidence: Sendable, Equatable {
    /// A verdict is uncertain where another one has a chance of at least exp(-3), one in twenty.
    public static let defaultTolerance = 3.0

    /// Ascending.
    private let scores: [Float]
    private let threshold: Float
    private let tolerance: Double
    /// The mean distance between the median and the scores above it.
    private let spread: Double
    /// How many images belong at or above the threshold.
    private let anomalousCount: Double
    /// How many images the scores are of.
    private let imageCount: Double
    /// How far the threshold lies beyond the highest score.
    private let margin: Double

    /// - Parameters:
    ///   - calibrationScores: of normal images, at least one, in any order.
    ///   - images: how many images the scores are of, where an image has several; at most as many as scores.
    ///   - threshold: a score at or above it is called anomalous, wherever the threshold comes from.
    ///   - tolerance: 0 to 700; at ln 2 or below, nothing is uncertain.
    /// - Throws: `ThresholdsError` for scores or a threshold that are not finite, and a tolerance out of range.
    public init(
        calibrationScores: [Float], images: Int? = nil, threshold: Float, tolerance: Double = defaultTolerance
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
        spread = Self.spread(scores)
        imageCount = Double(images)
        anomalousCount = max(1, Double(scores.count { $0 >= threshold }) * imageCount / Double(scores.count))
        margin = max(0, Double(threshold) - Double(scores[scores.count - 1]))
    }

    /// 0 where certainly another verdict would be given, 1 where certainly the same. Around the threshold it is about 0.5.
    public func confidence(in score: Float) -> Double { 1 - chanceOfAnother(score) }

    /// True if the verdict on the score should be left to a person.
    public func isUncertain(_ score: Float) -> Bool {
        tolerance > log(2) && chanceOfAnother(score) >= exp(-tolerance)
    }

    /// The scores whose verdicts are uncertain: from the first bound up to, and not with, the second. Nil where there are none.
    public var uncertainRange: Range<Float>? {
        guard isUncertain(threshold) || isUncertain(threshold.nextDown) else { return nil }
        let reach = Float(spread)
        var low = threshold.nextDown, high = threshold, step = reach
        while isUncertain(low), low > -Float.greatestFiniteMagnitude / 4 { (low, step) = (threshold - step, step * 2) }
        step = reach
        while isUncertain(high), high < Float.greatestFiniteMagnitude / 4 {
            (high, step) = (threshold + step, step * 2)
        }
        return Self.border(low, threshold, isUncertain)..<Self.border(threshold.nextDown, high) { !isUncertain($0) }
    }

    /// The probability that other calibration scores would give the other verdict.
    private func chanceOfAnother(_ score: Float) -> Double {
        guard score.isFinite else { return 1 }
        let (a, b) = (imageCount - anomalousCount + 1, anomalousCount)
        let above = shareAbove(Double(score) - margin)
        // The complement by its own small number: near 1 a double holds too few digits for the difference.
        return score >= threshold ? IncompleteBeta.value(above, b, a) : IncompleteBeta.value(1 - above, a, b)
    }

    /// The estimated share of normal images that score higher.
    private func shareAbove(_ score: Double) -> Double {
        let highest = Double(scores[scores.count - 1])
        if score > highest {
            let order = max(1, imageCount / 2)
            return exp(-order * log1p((score - highest) / spread / order)) / (2 + imageCount)
        }
        var low = 0, high = scores.count
        while low < high {
            let middle = (low + high) / 2
            if Double(scores[middle]) <= score { low = middle + 1 } else { high = middle }
        }
        return (1 + imageCount * (1 - Double(low) / Double(scores.count))) / (2 + imageCount)
    }

    private static func spread(_ ascending: [Float]) -> Double {
        let median = Double(ascending[(ascending.count - 1) / 2] + ascending[ascending.count / 2]) / 2
        let above = ascending.map(Double.init).filter { $0 > median }
        let excess = above.isEmpty ? 0 : above.reduce(0) { $0 + $1 - median } / Double(above.count)
        return max(excess > 0 ? excess : abs(median) / 10, Double(Float.leastNormalMagnitude))
    }

    /// The first number for which the predicate is true, where it turns from false to true once between the bounds.
    private static func border(_ low: Float, _ high: Float, _ predicate: (Float) -> Bool) -> Float {
        var (low, high) = (low, high)
        while true {
            let middle = low / 2 + high / 2
            guard middle > low, middle < high else { return predicate(low) ? low : high }
            if predicate(middle) { high = middle } else { low = middle }
        }
    }
}
