import Glibc
import Testing

@testable import VerdictStatistics

@Suite("Prediction bound of the next score")
struct PredictionBoundTests {
    /// scipy.stats.t.ppf(probability, degrees)
    @Test(
        "Quantiles of Student's t agree with scipy",
        arguments: [
            (0.99, 1, 31.820515953773935), (0.99, 4, 3.746947387979196), (0.99, 5, 3.3649299989072174),
            (0.95, 9, 1.833112932656237), (0.999, 30, 3.3851848668293045), (0.75, 3, 0.7648923284043444),
        ] as [(Double, Double, Double)])
    func student(_ probability: Double, _ degrees: Double, _ expected: Double) {
        #expect(abs(PredictionBound.studentQuantile(probability, degrees: degrees) - expected) < 1e-9 * expected)
    }

    /// For the scores e^0, e^1, ..., e^4: median 2, MAD 1, n = 5.
    @Test("The bound follows from median and MAD of the logarithms")
    func formula() throws {
        let scores: [Float] = [1, 2.718281828, 7.389056099, 20.08553692, 54.59815003]
        let bound = try #require(PredictionBound.upper(of: scores, sources: 5, probability: 0.99))
        // exp(2 + 3.746947387979196 * 1.4826 * sqrt(1.2))
        #expect(abs(bound / 3246.8586 - 1) < 1e-3)
    }

    /// Other scores with logarithms 0, 2 and 4, whose MAD is 2: s^2 = 1.4826^2 * (4 * 1 + 2 * 4) / 6 with 6 degrees of
    /// freedom.
    @Test("The spread is pooled with other scores unless theirs is undefined")
    func pooled() throws {
        let scores: [Float] = [1, 2.718281828, 7.389056099, 20.08553692, 54.59815003]
        let alike: [Float] = [1, 7.389056099, 54.59815003]
        let bound = try #require(PredictionBound.upper(of: scores, sources: 5, alike: alike, probability: 0.99))
        // scipy.stats.t.ppf(0.99, 6) = 3.142668403290985
        let expected = 2 + 3.142668403290985 * 1.4826 * 2.0.squareRoot() * 1.2.squareRoot()
        #expect(abs(log(Double(bound)) - expected) < 1e-6)
        for useless: [Float] in [[7], [3, 3, 3], [1, 2, 0]] {
            #expect(
                PredictionBound.upper(of: scores, sources: 5, alike: useless, probability: 0.99)
                    == PredictionBound.upper(of: scores, sources: 5, probability: 0.99))
        }
    }

    @Test("One outlier among six scores has little effect")
    func oddScore() throws {
        let usual: [Float] = [0.9, 0.95, 1, 1.02, 1.08, 1.1], odd: [Float] = [0.9, 0.95, 1, 1.02, 1.08, 9]
        let first = try #require(PredictionBound.upper(of: usual, sources: 6, probability: 0.99))
        let second = try #require(PredictionBound.upper(of: odd, sources: 6, probability: 0.99))
        #expect(second < 1.1 * first && second > 1.1 && second < 2)
    }

    @Test("The bound grows with fewer sources and with higher probability")
    func order() throws {
        let scores: [Float] = [0.8, 0.9, 1, 1.1, 1.3, 0.85, 0.95, 1.05, 1.2, 1]
        func bound(_ sources: Int, _ probability: Double) throws -> Float {
            try #require(PredictionBound.upper(of: scores, sources: sources, probability: probability))
        }
        #expect(try bound(3, 0.99) > bound(5, 0.99))
        #expect(try bound(5, 0.99) > bound(10, 0.99))
        #expect(try bound(10, 0.999) > bound(10, 0.99))
    }

    /// For the scores -2, -1, 0, 1, 2: median 0, MAD 1, n = 5.
    @Test("On the linear scale the bound follows from the scores themselves, of any sign")
    func linear() throws {
        let scores: [Float] = [1, -2, 0, 2, -1]
        let bound = try #require(PredictionBound.upper(of: scores, sources: 5, scale: .linear, probability: 0.99))
        let expected = 3.746947387979196 * 1.4826 * 1.2.squareRoot()
        #expect(abs(Double(bound) - expected) < 1e-5)
        let moved = try #require(
            PredictionBound.upper(of: scores.map { $0 - 7 }, sources: 5, scale: .linear, probability: 0.99))
        #expect(abs(moved + 7 - bound) < 1e-5, "the bound moves with the scores")
        #expect(PredictionBound.upper(of: [0, 0, 0, 1], sources: 4, scale: .linear, probability: 0.99) == nil)
    }

    /// Random numbers of a fixed sequence (Knuth's MMIX generator; Box and Muller).
    private struct Normal {
        var state: UInt64 = 1

        mutating func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Double(state >> 11) + 0.5) * 0x1p-53
        }

        mutating func next() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }

        /// Student's t with three degrees of freedom.
        mutating func nextStudent() -> Double {
            let squares = (0..<3).reduce(0.0) { sum, _ in
                let value = next()
                return sum + value * value
            }
            return next() / (squares / 3).squareRoot()
        }
    }

    /// The expected coverage was computed with NumPy from 20,000 samples of each size.
    @Test(
        "The bound of 0.99 has the documented coverage for normal and for heavy-tailed scores, on both scales",
        arguments: [
            (5, 0.952, 0.945), (10, 0.973, 0.955), (50, 0.986, 0.960), (300, 0.9895, 0.961),
        ] as [(Int, Double, Double)])
    func coverage(count: Int, normal: Double, heavy: Double) throws {
        var generator = Normal()
        var sums = [0.0, 0, 0, 0]
        let samples = count > 100 ? 400 : 2000
        for _ in 0..<samples {
            let values = (0..<count).map { _ in generator.next() },
                wild = (0..<count).map { _ in generator.nextStudent() }
            for (index, (scores, scale)) in [
                (values, ScoreScale.linear), (values.map { exp(0.3 * $0) }, .logarithmic),
                (wild, .linear), (wild.map { exp(0.3 * $0) }, .logarithmic),
            ].enumerated() {
                let bound = try #require(
                    PredictionBound.upper(of: scores.map { Float($0) }, sources: count, scale: scale, probability: 0.99)
                )
                let level = scale == .linear ? Double(bound) : log(Double(bound)) / 0.3
                let (x, pi) = (level / 3.0.squareRoot(), Double.pi)
                sums[index] +=
                    index < 2 ? 0.5 * erfc(-level / 2.0.squareRoot()) : 0.5 + (x / (1 + x * x) + atan(x)) / pi
            }
        }
        for (index, sum) in sums.enumerated() {
            #expect(abs(sum / Double(samples) - (index < 2 ? normal : heavy)) < 0.004, "\(index): \(sums)")
        }
    }

    @Test(
        "The bound is undefined without spread or logarithms",
        arguments: [
            ([1], 1, 0.99), ([1, 2], 1, 0.99), ([2, 2, 2, 3], 4, 0.99), ([0, 1, 2], 3, 0.99), ([-1, 1, 2], 3, 0.99),
            ([1, 2, .infinity], 3, 0.99), ([1, 2, 3], 3, 1), ([1, 2, 3], 3, 0.5),
        ] as [([Float], Int, Double)])
    func undefined(_ scores: [Float], _ sources: Int, _ probability: Double) {
        #expect(PredictionBound.upper(of: scores, sources: sources, probability: probability) == nil)
    }
}
