import Glibc

/// An upper bound for the next score of a kind of which a few are known: the bound of a one-sided prediction interval for
/// normally distributed logarithms, with median and median absolute deviation in place of mean and standard deviation, so
/// that one odd score among a handful does not move it far.
///
/// With m the median and s = 1.4826 * MAD of the logarithms, t the quantile of Student's t with n - 1 degrees of freedom,
/// the bound is exp(m + t * s * sqrt(1 + 1/n)). The form is that of the classical interval (Hahn and Meeker, Statistical
/// Intervals, 1991, 4.6); 1.4826 makes the MAD an estimate of the standard deviation (Hampel, 1974).
public enum PredictionBound {
    /// - Parameters:
    ///   - scores: any number, in any order, among them perhaps several of one source.
    ///   - sources: how many independent ones there are, at most as many as scores.
    ///   - probability: that the next score is below the bound, above 0.5 and below 1.
    /// - Returns: nil where the bound is not defined: fewer than two sources, a score that is not above 0, or more than half
    ///   of the scores the same.
    public static func upper(of scores: [Float], sources: Int, probability: Double) -> Float? {
        guard sources > 1, scores.allSatisfy({ $0 > 0 && $0.isFinite }), probability > 0.5, probability < 1 else {
            return nil
        }
        let logarithms = scores.map { log(Double($0)) }
        let centre = median(logarithms)
        let deviation = 1.4826 * median(logarithms.map { abs($0 - centre) })
        guard deviation > 0 else { return nil }
        let count = Double(sources)
        let reach = studentQuantile(probability, degrees: count - 1) * (1 + 1 / count).squareRoot()
        let bound = Float(exp(centre + reach * deviation))
        return bound.isFinite ? bound : nil
    }

    /// The quantile of Student's t, from that of the beta distribution (Abramowitz and Stegun, 26.7.1).
    ///
    /// - Parameter probability: above 0.5.
    static func studentQuantile(_ probability: Double, degrees: Double) -> Double {
        // With x = v / (v + t^2), 2 P(T > t) = I_x(v/2, 1/2).
        let x = IncompleteBeta.inverse(2 * (1 - probability), degrees / 2, 0.5)
        return (degrees * (1 - x) / x).squareRoot()
    }

    private static func median(_ values: [Double]) -> Double {
        let ascending = values.sorted()
        let middle = ascending.count / 2
        return ascending.count.isMultiple(of: 2) ? (ascending[middle - 1] + ascending[middle]) / 2 : ascending[middle]
    }
}
