import Glibc

/// The regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b). For X of n trials with
/// probability p, the binomial distribution has P(X > k) = I_p(k + 1, n - k).
enum IncompleteBeta {
    /// Evaluates the continued fraction 26.5.8 of Abramowitz and Stegun by the modified Lentz method, on the side where
    /// it converges quickly. The relative error is about 1e-13 for a + b up to 1e4, also for small values.
    ///
    /// - Parameters:
    ///   - a: Above 0.
    ///   - b: Above 0.
    static func value(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // For x above the mean the complement is small, so the subtraction is exact enough.
        if x > (a + 1) / (a + b + 2) { return 1 - small(1 - x, b, a, log1p(-x), log(x)) }
        return small(x, a, b, log(x), log1p(-x))
    }

    /// The x with I_x(a, b) = `probability`, to the last bit.
    static func inverse(_ probability: Double, _ a: Double, _ b: Double) -> Double {
        let (low, high) = bisect(0, 1) { value($0, a, b) < probability }
        return (low + high) / 2
    }

    private static func small(_ x: Double, _ a: Double, _ b: Double, _ logX: Double, _ logRest: Double) -> Double {
        let logBeta = lgamma(a).0 + lgamma(b).0 - lgamma(a + b).0
        return exp(a * logX + b * logRest - logBeta) / (a * fraction(x, a, b))
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var result = 1.0, numerator = 1.0, denominator = 0.0
        // The number of terms grows with the square root of a + b.
        for index in 1..<100_000 {
            let m = Double(index / 2)
            let term =
                index.isMultiple(of: 2)
                ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            denominator = 1 / away(1 + term * denominator)
            numerator = away(1 + term / numerator)
            let factor = numerator * denominator
            result *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        return result
    }
}

/// The digamma function for x above 0: recurrence up to 8, then the asymptotic series 6.3.18 of Abramowitz and Stegun.
/// The error is below 1e-13.
func digamma(_ x: Double) -> Double {
    var x = x, shift = 0.0
    while x < 8 {
        shift -= 1 / x
        x += 1
    }
    let y = 1 / (x * x)
    var series = 0.0
    for coefficient in [691.0 / 32760, 1.0 / 132, 1.0 / 240, 1.0 / 252, 1.0 / 120, 1.0 / 12] {
        series = y * (coefficient - series)
    }
    return shift + log(x) - 0.5 / x - series
}

/// Bisects an interval until its bounds are neighbouring numbers.
///
/// - Parameter isBelow: True up to some point of the interval, false beyond it.
func bisect(_ low: Double, _ high: Double, _ isBelow: (Double) -> Bool) -> (low: Double, high: Double) {
    var (low, high) = (low, high)
    while true {
        let middle = (low + high) / 2
        guard middle > low, middle < high else { return (low, high) }
        if isBelow(middle) { low = middle } else { high = middle }
    }
}

/// Returns the first number for which a predicate is true, or the upper bound. The predicate may change once, from
/// false to true.
func partitionPoint(_ range: Range<Int>, _ predicate: (Int) -> Bool) -> Int {
    var low = range.lowerBound, high = range.upperBound
    while low < high {
        let middle = (low + high) / 2
        if predicate(middle) { high = middle } else { low = middle + 1 }
    }
    return low
}
