import Glibc

/// An upper bound for the next score, given a few scores of the same kind: the bound of a one-sided prediction interval
/// for normally distributed scores, or logarithms of scores on the logarithmic scale. Median and median absolute
/// deviation (MAD) replace mean and standard deviation, so that one outlier among a handful of scores has little
/// effect.
///
/// With m the median and s = 1.4826 * MAD of the scores or logarithms, and t the quantile of Student's t with n - 1
/// degrees of freedom, the bound is m + t * s * sqrt(1 + 1/n), or its exponential. The form is that of the classical
/// interval (Hahn and Meeker, Statistical Intervals, 1991, 4.6). The factor 1.4826 makes the MAD an estimate of the
/// standard deviation (Hampel, 1974).
///
/// A handful of scores determines its level far better than its spread. If there are scores with another level and the
/// same spread, s is pooled: s^2 = ((n - 1) s1^2 + (k - 1) s2^2) / (n + k - 2), with n + k - 2 degrees of freedom.
public struct PredictionBound: Sendable {
    private let level, spread, degrees: Double
    private let scale: ScoreScale

    /// - Parameters:
    ///   - scores: Any number of scores in any order, possibly several per source.
    ///   - sources: The number of independent sources, at most the number of scores.
    ///   - alike: Scores with the same spread, one per source. Ignored if their spread is undefined.
    ///   - scale: The scale on which the scores are normally distributed.
    /// - Returns: Nil if the spread is undefined: fewer than two sources, more than half of the scores equal, or on the
    ///   logarithmic scale a score that is not above 0.
    public init?(of scores: [Float], sources: Int, alike: [Float] = [], scale: ScoreScale = .logarithmic) {
        guard sources > 1, let known = Self.levelAndSpread(scores, scale) else { return nil }
        var (degrees, deviation) = (Double(sources - 1), known.spread)
        if alike.count > 1, let other = Self.levelAndSpread(alike, scale) {
            let more = Double(alike.count - 1)
            let sum = degrees * deviation * deviation + more * other.spread * other.spread
            degrees += more
            deviation = (sum / degrees).squareRoot()
        }
        (level, self.degrees, self.scale) = (known.level, degrees, scale)
        spread = deviation * (1 + 1 / Double(sources)).squareRoot()
    }

    /// The bound that the next score is below with a probability above 0.5 and below 1; nil if it is not finite.
    public func upper(probability: Double) -> Float? {
        guard probability > 0.5, probability < 1 else { return nil }
        let sum = level + Self.studentQuantile(probability, degrees: degrees) * spread
        let bound = Float(scale == .logarithmic ? exp(sum) : sum)
        return bound.isFinite ? bound : nil
    }

    /// The probability that the next score is at or above a score.
    public func probability(atOrAbove score: Float) -> Double {
        guard scale == .linear || score > 0 else { return 1 }
        let t = ((scale == .logarithmic ? log(Double(score)) : Double(score)) - level) / spread
        // Twice the smaller tail is I_x(v/2, 1/2) with x = v / (v + t^2).
        let tail = IncompleteBeta.value(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
        return t >= 0 ? tail : 1 - tail
    }

    /// The bound of the initialiser's scores; nil if it is undefined.
    public static func upper(
        of scores: [Float], sources: Int, alike: [Float] = [], scale: ScoreScale = .logarithmic, probability: Double
    ) -> Float? {
        PredictionBound(of: scores, sources: sources, alike: alike, scale: scale)?.upper(probability: probability)
    }

    /// Median and 1.4826 * MAD on the scale; nil if a score is not finite there, or if there is no spread.
    private static func levelAndSpread(_ scores: [Float], _ scale: ScoreScale) -> (level: Double, spread: Double)? {
        let values = scores.map { scale == .logarithmic ? log(Double($0)) : Double($0) }
        guard values.allSatisfy(\.isFinite) else { return nil }
        let level = median(values)
        let spread = 1.4826 * median(values.map { abs($0 - level) })
        return spread > 0 ? (level, spread) : nil
    }

    /// The quantile of Student's t, from the beta distribution (Abramowitz and Stegun, 26.7.1).
    ///
    /// - Parameter probability: Above 0.5.
    static func studentQuantile(_ probability: Double, degrees: Double) -> Double {
        // With x = v / (v + t^2), 2 P(T > t) = I_x(v/2, 1/2).
        let x = IncompleteBeta.inverse(2 * (1 - probability), degrees / 2, 0.5)
        return (degrees * (1 - x) / x).squareRoot()
    }
}
