import Testing

@testable import Reports

@Suite("Chart axes")
struct ChartAxisTests {
    @Test("Positive values that span a ratio above 30 get a logarithmic axis")
    func automaticScale() {
        #expect(ChartAxis(label: "", covering: [1, 30]).scale == .linear)
        #expect(ChartAxis(label: "", covering: [1, 31]).scale == .logarithmic)
        #expect(ChartAxis(label: "", covering: [0, 31]).scale == .linear)
        #expect(ChartAxis(label: "", covering: [-1, 31], scale: .logarithmic).scale == .linear)
    }

    @Test(
        "Positions and values are inverse functions",
        arguments: [ChartAxis.Scale.linear, .logarithmic], [0.25, 3.0, 17.5])
    func inverse(scale: ChartAxis.Scale, value: Double) {
        let axis = ChartAxis(label: "", covering: [0.1, 20], scale: scale)
        #expect(abs(axis.value(at: axis.position(of: value)) - value) < 1e-12)
    }

    @Test("Values beyond the ends are clamped")
    func clamping() {
        let axis = ChartAxis(label: "", covering: [1, 1000])
        #expect(axis.position(of: 0) == 0)
        #expect(axis.position(of: -5) == 0)
        #expect(axis.position(of: 1e9) == 1)
    }

    @Test(
        "Every input gives an axis with finite ends and at least two ticks",
        arguments: [
            [], [.nan], [.infinity, -.infinity], [0], [-7], [.leastNonzeroMagnitude], [.leastNonzeroMagnitude, 1],
            [.greatestFiniteMagnitude],
            [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], [1e300, -1e300], [1e-300, 1e300], [1, 1 + 1e-15],
        ] as [[Double]])
    func extremes(values: [Double]) {
        for scale in [nil, ChartAxis.Scale.linear, .logarithmic] {
            let axis = ChartAxis(label: "", covering: values, scale: scale)
            #expect(axis.lower.isFinite && axis.upper.isFinite && axis.lower < axis.upper)
            #expect(axis.ticks.count >= 2 && axis.ticks.count <= 16)
            #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count, "two ticks look the same")
        }
    }

    @Test("Very small and very large values move a power of ten into the axis label")
    func sharedExponent() {
        let small = ChartAxis(label: "score", covering: [0, 3e-6])
        #expect(small.label == "score (×10⁻⁶)")
        #expect(small.ticks.map(\.label) == ["0", "1", "2", "3"])
        let large = ChartAxis(label: "score", covering: [-2e7, 2e7])
        #expect(large.label == "score (×10⁶)")
        #expect(large.ticks.map(\.label) == ["−20", "−10", "0", "10", "20"])
    }

    @Test("Tick labels have the decimals that their step needs")
    func decimals() {
        #expect(ChartAxis(label: "", covering: [0, 1], tickCount: 6).ticks.map(\.label).last == "1.0")
        #expect(ChartAxis(label: "", covering: [2.03, 2.17]).ticks.map(\.label).first == "2.00")
        #expect(
            ChartAxis(label: "", covering: [1e-7, 1e-2]).ticks.map(\.label)
                == ["10⁻⁷", "10⁻⁶", "10⁻⁵", "0.0001", "0.001", "0.01"])
    }
}

@Suite("Axis ticks")
struct AxisTicksTests {
    /// Computed by hand with Heckbert's procedure: range = nice(upper - lower), step = nice(range / (count - 1)).
    @Test(
        "Ticks are round numbers that enclose the data",
        arguments: [
            (105, 543, 5, [100, 200, 300, 400, 500, 600]),
            (0, 1, 6, [0, 0.2, 0.4, 0.6, 0.8, 1]),
            (2.03, 2.17, 5, [2, 2.05, 2.1, 2.15, 2.2]),
            (-3, 7, 5, [-4, -2, 0, 2, 4, 6, 8]),
            (-0.5, -0.1, 5, [-0.5, -0.4, -0.3, -0.2, -0.1]),
            (0, 1e6, 5, [0, 200_000, 400_000, 600_000, 800_000, 1e6]),
            (0, 3e-6, 5, [0, 1e-6, 2e-6, 3e-6]),
        ] as [(Double, Double, Int, [Double])])
    func roundNumbers(lower: Double, upper: Double, count: Int, expected: [Double]) {
        let values = LinearTicks(covering: lower, upper, count: count).values
        #expect(values.count == expected.count)
        for (value, expected) in zip(values, expected) { #expect(abs(value - expected) <= 1e-12 * abs(expected)) }
    }

    @Test(
        "An empty range is widened around its value",
        arguments: [
            (0, 0, 0, 1), (5, 5, 2, 8), (-2, -2, -3, -1), (1e9, 1e9 + 0.1, 4e8, 1.6e9),
            (.leastNonzeroMagnitude, .leastNonzeroMagnitude, 0, 1),
        ]
            as [(Double, Double, Double, Double)])
    func noWidth(lower: Double, upper: Double, first: Double, last: Double) {
        let ticks = LinearTicks(covering: lower, upper)
        #expect((ticks.lower, ticks.upper) == (first, last))
    }

    @Test("Ticks of counts are whole numbers")
    func wholeNumbers() {
        #expect(LinearTicks(covering: 0, 1, minimumStep: 1).values == [0, 1])
        #expect(LinearTicks(covering: 0, 3, minimumStep: 1).values == [0, 1, 2, 3])
    }

    @Test(
        "Logarithmic ticks are 1, 2 and 5 times powers of ten, or only powers over many decades",
        arguments: [
            (0.013, 0.9, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]),
            (1, 100, [1, 2, 5, 10, 20, 50, 100]),
            (3, 3, [2, 5]),
            (1, 1, [1, 2]),
            (1e-5, 1e3, [1e-5, 1e-3, 0.1, 10, 1e3]),
        ] as [(Double, Double, [Double])])
    func logarithmic(lower: Double, upper: Double, expected: [Double]) {
        #expect(LogarithmicTicks(covering: lower, upper).values == expected)
    }
}
