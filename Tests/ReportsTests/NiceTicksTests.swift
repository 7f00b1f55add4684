import Testing

@testable import Reports

@Suite("Axis ticks")
struct NiceTicksTests {
    /// Worked by hand from Heckbert's procedure: range = nice(upper - lower), step = nice(range / (count - 1)).
    @Test(
        "Ticks lie at round numbers and enclose the data",
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
        let values = NiceTicks(covering: lower, upper, count: count).values
        #expect(values.count == expected.count)
        for (value, expected) in zip(values, expected) { #expect(abs(value - expected) <= 1e-12 * abs(expected)) }
    }

    @Test(
        "A range without width is widened around its value",
        arguments: [
            (0, 0, 0, 1), (5, 5, 2, 8), (-2, -2, -3, -1), (1e9, 1e9 + 0.1, 4e8, 1.6e9),
            (.leastNonzeroMagnitude, .leastNonzeroMagnitude, 0, 1),
        ]
            as [(Double, Double, Double, Double)])
    func noWidth(lower: Double, upper: Double, first: Double, last: Double) {
        let ticks = NiceTicks(covering: lower, upper)
        #expect((ticks.lower, ticks.upper) == (first, last))
    }

    @Test("Ticks of counts are whole numbers")
    func wholeNumbers() {
        #expect(NiceTicks(covering: 0, 1, minimumStep: 1).values == [0, 1])
        #expect(NiceTicks(covering: 0, 3, minimumStep: 1).values == [0, 1, 2, 3])
    }

    @Test(
        "Logarithmic ticks are 1, 2 and 5 times powers of ten, or powers alone over many decades",
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
