import Testing

@testable import Reports

@Suite("Chart axes")
struct ChartAxisTests {
    @Test("Values that span more than 30 times get a logarithmic axis, if all are positive")
    func automaticScale() {
        #expect(ChartAxis(label: "", covering: [1, 30]).scale == .linear)
        #expect(ChartAxis(label: "", covering: [1, 31]).scale == .logarithmic)
        #expect(ChartAxis(label: "", covering: [0, 31]).scale == .linear)
        #expect(ChartAxis(label: "", covering: [-1, 31], scale: .logarithmic).scale == .linear)
    }

    @Test(
        "Positions and values are each other's inverse",
        arguments: [ChartAxis.Scale.linear, .logarithmic], [0.25, 3.0, 17.5])
    func inverse(scale: ChartAxis.Scale, value: Double) {
        let axis = ChartAxis(label: "", covering: [0.1, 20], scale: scale)
        #expect(abs(axis.value(at: axis.position(of: value)) - value) < 1e-12)
    }

    @Test("Values beyond the ends lie on the ends")
    func clamping() {
        let axis = ChartAxis(label: "", covering: [1, 1000])
        #expect(axis.position(of: 0) == 0)
        #expect(axis.position(of: -5) == 0)
        #expect(axis.position(of: 1e9) == 1)
    }

    @Test(
        "Every input has an axis with finite ends and at least two ticks",
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

    @Test("Very small and very large values leave a power of ten to the axis label")
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
