import Glibc

/// The regularised incomplete beta function I_x(a, b), which is the distribution function of Beta(a, b), and of the
/// binomial distribution: P(X > k) = I_p(k + 1, n - k) for X of n trials with probability p.
enum IncompleteBeta {
    /// By the continued fraction 26.5.8 of Abramowitz and Stegun, evaluated by the modified method of Lentz, on the side
    /// where it converges fast. The relative error is about 1e-13 for a + b up to 1e4, small values included.
    ///
    /// - Parameters:
    ///   - a: above 0.
    ///   - b: above 0.
    static func value(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // For x above the mean the complement is the small one, and subtracting it loses nothing.
        if x > (a + 1) / (a + b + 2) { return 1 - small(1 - x, b, a, log1p(-x), log(x)) }
        return small(x, a, b, log(x), log1p(-x))
    }

    /// The x with I_x(a, b) = `probability`, by bisection, to the last bit.
    static func inverse(_ probability: Double, _ a: Double, _ b: Double) -> Double {
        var low = 0.0, high = 1.0
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return middle }
            if value(middle, a, b) < probability { low = middle } else { high = middle }
        }
    }

    private static func small(_ x: Double, _ a: Double, _ b: Double, _ logX: Double, _ logRest: Double) -> Double {
        let logBeta = lgamma(a).0 + lgamma(b).0 - lgamma(a + b).0
        return exp(a * logX + b * logRest - logBeta) / (a * fraction(x, a, b))
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var result = 1.0, numerator = 1.0, denominator = 0.0
        // Terms needed grow with the square root of a + b.
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
