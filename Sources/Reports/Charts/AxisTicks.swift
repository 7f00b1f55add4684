import Foundation

/// Evenly spaced ticks of a linear axis, 1, 2 or 5 times a power of ten apart.
///
/// Loose labelling of P. Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990: the first tick lies at or
/// below the data, the last one at or above it.
struct LinearTicks: Equatable {
    let values: [Double]
    /// The distance between two ticks.
    let step: Double

    /// About `count` ticks that cover `lower...upper`, and at least two: an empty range is widened around its value.
    /// - Parameter minimumStep: 1 keeps the ticks of counts whole.
    init(covering lower: Double, _ upper: Double, count: Int = 5, minimumStep: Double = 0) {
        let (lower, upper) = Self.widened(lower, upper)
        let range = Self.niceNumber(upper - lower, rounds: false)
        let step = max(minimumStep, Self.niceNumber(range / Double(max(2, count) - 1), rounds: true))
        let first = (lower / step).rounded(.down)
        let last = (upper / step).rounded(.up)
        self.step = step
        values = (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    var lower: Double { values[0] }
    var upper: Double { values[values.count - 1] }

    /// The round number nearest to `value` if `rounds` is set, else the smallest one at or above it.
    private static func niceNumber(_ value: Double, rounds: Bool) -> Double {
        let power = PowerOfTen.value(PowerOfTen.exponent(of: value))
        let fraction = value / power
        let thresholds: [(limit: Double, nice: Double)] =
            rounds ? [(1.5, 1), (3, 2), (7, 5)] : [(1 + 1e-9, 1), (2 + 1e-9, 2), (5 + 1e-9, 5)]
        let nice = thresholds.first { rounds ? fraction < $0.limit : fraction <= $0.limit }?.nice ?? 10
        return nice * power
    }

    /// Widens ranges below a billionth of their values: the labels of their ticks would all look the same.
    private static func widened(_ lower: Double, _ upper: Double) -> (Double, Double) {
        let magnitude = max(abs(lower), abs(upper))
        guard magnitude >= 1e-300 else { return (0, 1) }
        guard upper - lower <= magnitude * 1e-9 else { return (lower, upper) }
        return (lower - magnitude / 2, upper + magnitude / 2)
    }
}

/// Ticks of a logarithmic axis at 1, 2 and 5 times the powers of ten, or at powers of ten only if the axis spans more
/// than three of them.
struct LogarithmicTicks: Equatable {
    /// The ends of the axis: 1, 2 or 5 times a power of ten, as near to the data as possible.
    let lower, upper: Double
    /// Ascending, within `lower...upper`.
    let values: [Double]

    /// - Precondition: `0 < smallest <= largest`.
    init(covering smallest: Double, _ largest: Double) {
        let exponents = PowerOfTen.exponent(of: smallest)...PowerOfTen.exponent(of: largest) + 1
        let candidates = exponents.flatMap { exponent in [1, 2, 5].map { $0 * PowerOfTen.value(exponent) } }
        let first = candidates.lastIndex { $0 <= smallest * (1 + 1e-9) } ?? 0
        let last =
            candidates.firstIndex { $0 >= largest * (1 - 1e-9) && $0 > candidates[first] } ?? candidates.count - 1
        lower = candidates[first]
        upper = candidates[last]

        let range = candidates[first]...candidates[last]
        let decades = exponents.map(PowerOfTen.value).filter(range.contains)
        if decades.count <= 4 {
            values = Array(candidates[first...last])
        } else {
            let stride = (decades.count + 5) / 6
            values = decades.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
        }
    }
}

/// Powers of ten without the rounding errors of `pow` for negative exponents.
enum PowerOfTen {
    /// 10^exponent, correctly rounded because it is parsed from its decimal form.
    static func value(_ exponent: Int) -> Double {
        Double("1e\(exponent)") ?? 0
    }

    /// The exponent of the greatest power of ten at or below a positive `value`.
    static func exponent(of value: Double) -> Int {
        let estimate = Int(log10(value).rounded(.down))
        return Self.value(estimate + 1) <= value ? estimate + 1 : Self.value(estimate) > value ? estimate - 1 : estimate
    }
}
