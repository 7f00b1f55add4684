import Foundation

/// A labelled axis: the range it covers, its ticks, and where on it a value lies.
public struct ChartAxis: Sendable, Equatable {
    public enum Scale: String, Sendable {
        case linear
        case logarithmic
    }

    public struct Tick: Sendable, Equatable {
        public let value: Double
        public let label: String
    }

    /// What is measured, with the unit and any power of ten that was taken out of the tick labels.
    public let label: String
    public let scale: Scale
    public let lower: Double
    public let upper: Double
    public let ticks: [Tick]

    /// Above this ratio of largest to smallest value a linear axis would squeeze most of the data into one corner.
    private static let logarithmicRatio = 30.0
    /// Larger numbers overflow when they are subtracted from each other.
    static let drawable = -1e300...1e300

    /// An axis that covers the finite `values` (0...1 when there are none).
    ///
    /// - Parameter scale: `nil` chooses a logarithmic axis when all values are positive and span more than 30 times.
    ///   A logarithmic axis over values that are not all positive falls back to a linear one.
    public init(
        label: String, covering values: [Double], scale: Scale? = nil, tickCount: Int = 5, minimumStep: Double = 0
    ) {
        let drawn = values.filter(Self.drawable.contains)
        let smallest = drawn.min() ?? 0
        let largest = drawn.max() ?? 1
        let spansDecades = smallest > 0 && largest / smallest > Self.logarithmicRatio
        if smallest >= 1e-300, scale == .logarithmic || (scale == nil && spansDecades) {
            let ticks = LogarithmicTicks(covering: smallest, largest)
            self.scale = .logarithmic
            self.label = label
            (lower, upper) = (ticks.lower, ticks.upper)
            self.ticks = ticks.values.map { Tick(value: $0, label: NumberText.power($0)) }
        } else {
            let ticks = NiceTicks(covering: smallest, largest, count: tickCount, minimumStep: minimumStep)
            let exponent = NumberText.sharedExponent(of: max(abs(ticks.lower), abs(ticks.upper)))
            self.scale = .linear
            self.label = exponent == 0 ? label : "\(label) (×10\(NumberText.superscript(exponent)))"
            (lower, upper) = (ticks.lower, ticks.upper)
            self.ticks = ticks.values.map {
                Tick(value: $0, label: NumberText.tick($0, step: ticks.step, exponent: exponent))
            }
        }
    }

    /// Where `value` lies between the axis' ends, from 0 to 1; values beyond the ends lie on them.
    public func position(of value: Double) -> Double {
        let position =
            switch scale {
            case .linear: (value - lower) / (upper - lower)
            case .logarithmic: value > 0 ? log(value / lower) / log(upper / lower) : 0
            }
        return min(1, max(0, position))
    }

    /// The value at a position from 0 to 1.
    public func value(at position: Double) -> Double {
        switch scale {
        case .linear: lower + position * (upper - lower)
        case .logarithmic: lower * exp(position * log(upper / lower))
        }
    }
}
