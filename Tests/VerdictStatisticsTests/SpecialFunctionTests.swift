import Testing

@testable import VerdictStatistics

/// The expected numbers are from scipy: the last two lines of `python3 contamination.py`.
@Suite("Incomplete beta and digamma functions")
struct SpecialFunctionTests {
    @Test(
        "The incomplete beta function agrees with scipy, also for small values",
        arguments: [
            (0.4, 2.5, 3.0, 0.4123610068859569), (0.5, 500, 600, 0.9987291941553817),
            (0.0001, 3, 900, 0.00011397386091022595), (0.95, 901, 100, 0.9999999999158975),
            (0.3, 0.5, 0.5, 0.36901011956554536),
        ])
    func incompleteBeta(x: Double, a: Double, b: Double, expected: Double) {
        #expect(abs(IncompleteBeta.value(x, a, b) - expected) <= 1e-12 * expected)
        #expect(abs(IncompleteBeta.value(1 - x, b, a) - (1 - expected)) <= 1e-12)
    }

    @Test("The incomplete beta function is 0 or 1 outside of 0 to 1, and its inverse is exact")
    func edges() {
        #expect(IncompleteBeta.value(0, 2, 3) == 0 && IncompleteBeta.value(-1, 2, 3) == 0)
        #expect(IncompleteBeta.value(1, 2, 3) == 1)
        for probability in [1e-14, 0.01, 0.5, 0.99] {
            let x = IncompleteBeta.inverse(probability, 901, 100)
            #expect(abs(IncompleteBeta.value(x, 901, 100) - probability) <= 1e-10 * probability)
        }
    }

    @Test(
        "The digamma function agrees with scipy",
        arguments: [
            (0.01, -100.56088545786868), (0.5, -1.9635100260214235), (1, -0.5772156649015329),
            (3.7, 1.1671535393615113), (150, 5.007298257075679),
        ])
    func digammaValues(x: Double, expected: Double) {
        #expect(abs(digamma(x) - expected) <= 1e-13 * max(1, abs(expected)))
    }
}
