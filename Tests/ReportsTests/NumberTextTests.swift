import Testing

@testable import Reports

@Suite("Number formatting")
struct NumberTextTests {
    @Test(
        "Scores have four significant digits at any magnitude",
        arguments: [
            (0, "0"), (0.0123456, "0.01235"), (-1.5, "−1.5"), (1234.56, "1235"), (98765.4, "98765"),
            (1e6, "1×10⁶"), (1.23456e-6, "1.235×10⁻⁶"), (-3.4e38, "−3.4×10³⁸"), (.nan, "not a number"),
            (.infinity, "∞"), (-.infinity, "−∞"),
        ] as [(Double, String)])
    func significant(value: Double, expected: String) {
        #expect(NumberText.significant(value) == expected)
    }

    @Test("An AUROC has four decimals, and a missing one is a dash")
    func fractions() {
        #expect(NumberText.fraction(1) == "1.0000")
        #expect(NumberText.fraction(0.98765) == "0.9877")
        #expect(NumberText.fraction(nil) == "–")
        #expect(NumberText.fraction(.nan) == "–")
    }

    @Test("A published metric keeps its number of digits")
    func published() {
        #expect(NumberText.published(0.998) == "0.998")
        #expect(NumberText.published(0.99) == "0.990")
        #expect(NumberText.published(0.9912) == "0.9912")
        #expect(NumberText.published(nil) == "–")
    }

    @Test(
        "Durations from milliseconds to days are readable",
        arguments: [
            (0, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 0 s"), (3599.6, "1 h 0 min"), (90000, "25 h 0 min"),
            (-1, "–"), (.infinity, "–"), (.nan, "–"),
        ] as [(Double, String)])
    func durations(seconds: Double, expected: String) {
        #expect(NumberText.duration(seconds: seconds) == expected)
    }

    @Test("Coordinates have at most one decimal")
    func coordinates() {
        #expect([0, -0.04, 12.34, -3.96, 100].map(NumberText.coordinate) == ["0", "0", "12.3", "-4", "100"])
    }
}
