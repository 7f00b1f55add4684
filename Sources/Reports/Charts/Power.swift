import Foundation

/// Powers of ten without the last-digit errors of `pow` on negative exponents.
enum Power {
    /// 10^exponent, correctly rounded: parsed from its decimal form.
    static func ofTen(_ exponent: Int) -> Double {
        Double("1e\(exponent)") ?? 0
    }

    /// The exponent of the greatest power of ten that is not above a positive `value`.
    static func exponent(of value: Double) -> Int {
        let estimate = Int(log10(value).rounded(.down))
        return ofTen(estimate + 1) <= value ? estimate + 1 : ofTen(estimate) > value ? estimate - 1 : estimate
    }
}
