/// Evenly spaced axis ticks at round numbers: 1, 2 or 5 times a power of ten apart.
///
/// Loose labelling of P. Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990: the first tick lies at or
/// below the data, the last one at or above it.
public struct NiceTicks: Sendable, Equatable {
    public let values: [Double]
    /// The distance between two ticks.
    public let step: Double

    /// Ticks that cover `lower...upper`, about `count` of them. A range without width is widened around its value,
    /// so there are always at least two ticks. `minimumStep` of 1 keeps the ticks of counts whole.
    public init(covering lower: Double, _ upper: Double, count: Int = 5, minimumStep: Double = 0) {
        let (lower, upper) = Self.widened(lower, upper)
        let range = Self.niceNumber(upper - lower, rounds: false)
        let step = max(minimumStep, Self.niceNumber(range / Double(max(2, count) - 1), rounds: true))
        let first = (lower / step).rounded(.down)
        let last = (upper / step).rounded(.up)
        self.step = step
        values = (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    public var lower: Double { values[0] }
    public var upper: Double { values[values.count - 1] }

    /// The round number nearest to `value` (`rounds`), or the smallest one that is not below it.
    static func niceNumber(_ value: Double, rounds: Bool) -> Double {
        let power = Power.ofTen(Power.exponent(of: value))
        let fraction = value / power
        let thresholds: [(limit: Double, nice: Double)] =
            rounds ? [(1.5, 1), (3, 2), (7, 5)] : [(1 + 1e-9, 1), (2 + 1e-9, 2), (5 + 1e-9, 5)]
        let nice = thresholds.first { rounds ? fraction < $0.limit : fraction <= $0.limit }?.nice ?? 10
        return nice * power
    }

    /// Ranges narrower than a billionth of their values have no ticks that differ in print.
    private static func widened(_ lower: Double, _ upper: Double) -> (Double, Double) {
        let magnitude = max(abs(lower), abs(upper))
        guard magnitude >= 1e-300 else { return (0, 1) }
        guard upper - lower <= magnitude * 1e-9 else { return (lower, upper) }
        return (lower - magnitude / 2, upper + magnitude / 2)
    }
}
