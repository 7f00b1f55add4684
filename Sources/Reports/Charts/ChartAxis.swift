import Foundation

/// A labelled axis with its range and ticks.
struct ChartAxis: Sendable, Equatable {
    enum Scale: String {
        case linear
        case logarithmic
    }

    struct Tick: Equatable {
        let value: Double
        let label: String
    }

    /// The measured quantity with its unit, and the power of ten that was taken out of the tick labels.
    let label: String
    let scale: Scale
    let lower: Double
    let upper: Double
    let ticks: [Tick]

    /// The ratio of the largest to the smallest value above which a linear axis would squeeze most data into a corner.
    private static let logarithmicRatio = 30.0
    /// Differences of larger numbers overflow.
    static let drawable = -1e300...1e300

    /// An axis that covers the finite `values`, or 0...1 if there are none.
    ///
    /// - Parameter scale: `nil` chooses a logarithmic axis if all values are positive and span a ratio above 30.
    ///   Without positive values only, a logarithmic axis falls back to a linear one.
    init(
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
            let ticks = LinearTicks(covering: smallest, largest, count: tickCount, minimumStep: minimumStep)
            let exponent = NumberText.sharedExponent(of: max(abs(ticks.lower), abs(ticks.upper)))
            self.scale = .linear
            self.label = exponent == 0 ? label : "\(label) (×10\(NumberText.superscript(exponent)))"
            (lower, upper) = (ticks.lower, ticks.upper)
            self.ticks = ticks.values.map {
                Tick(value: $0, label: NumberText.tick($0, step: ticks.step, exponent: exponent))
            }
        }
    }

    /// An axis of categories at 0, 1, 2 and so on. At least one name is needed.
    ///
    /// Names above 14 characters are cut. With more than eight names, only every n-th has a label.
    init(label: String, names: [String]) {
        let (longestName, labelLimit) = (14, 8)
        let step = (names.count + labelLimit - 1) / labelLimit
        self.label = label
        scale = .linear
        (lower, upper) = (-0.5, Double(names.count) - 0.5)
        ticks = names.enumerated().filter { $0.offset.isMultiple(of: step) }.map { index, name in
            let isLong = name.count > longestName
            return Tick(value: Double(index), label: isLong ? name.prefix(longestName - 1) + "…" : name)
        }
    }

    /// The position of `value` between the ends of the axis, clamped to 0...1.
    func position(of value: Double) -> Double {
        let position =
            switch scale {
            case .linear: (value - lower) / (upper - lower)
            case .logarithmic: value > 0 ? log(value / lower) / log(upper / lower) : 0
            }
        return min(1, max(0, position))
    }

    /// The value at a position from 0 to 1.
    func value(at position: Double) -> Double {
        switch scale {
        case .linear: lower + position * (upper - lower)
        case .logarithmic: lower * exp(position * log(upper / lower))
        }
    }
}
