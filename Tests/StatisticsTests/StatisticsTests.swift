import Foundation
import SeededRandom
import Statistics
import Testing

@Suite("Hypothesis tests against scipy.stats")
struct StatisticsTests {
    @Test("Wilcoxon's p-values agree with scipy: exact, exact with ties, and normal approximation")
    func wilcoxon() throws {
        for expected in try StatisticsCases().wilcoxon {
            let test = WilcoxonSignedRank(expected.differences)
            #expect(test.count == expected.count && test.positiveRankSum == expected.sum)
            #expect(abs(test.probability - expected.probability) < 1e-12, "\(expected.differences)")
            #expect(test.isExact == (expected.count <= 50))
            let mirrored = WilcoxonSignedRank(expected.differences.reversed().map { -$0 })
            #expect(abs(mirrored.probability - test.probability) < 1e-12)
        }
    }

    @Test("The binomial tail is the sum of comb(n, i) p^i (1 - p)^(n - i)")
    func binomial() {
        for (count, trials, probability, expected) in [
            (1, 40, 0.01, 0.331028241430), (3, 40, 0.01, 0.007497363395), (2, 2, 0.5, 0.25), (0, 5, 0.3, 1),
            (1, 5, 0, 0),
            (6, 5, 0.3, 0), (5, 5, 1, 1), (90, 300, 0.25, 0.028321320356),
        ] as [(Int, Int, Double, Double)] {
            let found = BinomialTail.chance(of: count, of: trials, probability)
            #expect(abs(found - expected) < 1e-10, "\(count) of \(trials): \(found)")
        }
    }

    @Test("Without differences the p-value is 1")
    func noDifference() {
        #expect(WilcoxonSignedRank([]).probability == 1)
        #expect(WilcoxonSignedRank([0, 0]).count == 0)
    }

    @Test("Kolmogorov-Smirnov p-values agree with scipy in either order")
    func kolmogorovSmirnov() throws {
        for expected in try StatisticsCases().ks {
            for (a, b) in [(expected.first, expected.second), (expected.second, expected.first)] {
                let test = KolmogorovSmirnov(a, b)
                #expect(abs(test.statistic - expected.statistic) < 1e-12)
                #expect(abs(test.probability - expected.probability) < 1e-9, "\(a.count) and \(b.count)")
            }
        }
    }

    @Test("Large samples use the limiting distribution")
    func limit() {
        let a = (0..<3200).map { Double($0 * 7919 % 3200) }, b = (0..<3200).map { Double($0 * 7919 % 3200) + 60 }
        // With 3,200 values each, the statistic is a multiple of 1/3200; 60/3200 gives sqrt(1600) * 0.01875 = 0.75.
        #expect(abs(KolmogorovSmirnov(a, b).probability - 0.627167) < 1e-5)
    }

    @Test("Holm's correction multiplies by the number of remaining tests and is monotonic")
    func holm() {
        let adjusted = HolmCorrection.adjusted([0.01, 0.04, 0.03, 0.005])
        for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-12) }
        #expect(HolmCorrection.adjusted([0.9, 0.8]) == [1, 1])
        #expect(HolmCorrection.adjusted([]) == [])
    }
}

@Suite("Differences of AUROC with a bootstrap interval")
struct PairedAUROCTests {
    /// Scores from the same random draws with different noise.
    private func scores(noise: Float, _ count: Int) -> (scores: [Float], labels: [Bool]) {
        var generator = SeededGenerator(seed: 3, stream: "test")
        let labels = (0..<count).map { $0 % 3 == 0 }
        return (labels.map { ($0 ? 1 : 0) + noise * generator.normal() }, labels)
    }

    @Test("Equal scores have a difference of 0")
    func equal() throws {
        let (scores, labels) = scores(noise: 1, 60)
        let pair = try #require(PairedAUROC(scores, scores, labels: labels))
        #expect(pair.difference == 0 && pair.interval == 0...0)
    }

    @Test("Areas are exact, ties count half, and the interval contains the difference")
    func better() throws {
        let (first, labels) = scores(noise: 1, 150)
        let second = scores(noise: 0.4, 150).scores
        let pair = try #require(PairedAUROC(first, second, labels: labels))
        #expect(pair.second > pair.first + 0.1)
        #expect(pair.interval.contains(pair.difference) && pair.interval.lowerBound > 0)
        #expect(pair == PairedAUROC(first, second, labels: labels))
        #expect(pair != PairedAUROC(first, second, labels: labels, seed: 1))
        let tied = try #require(PairedAUROC([1, 1, 2], [0, 1, 2], labels: [false, true, true]))
        #expect(tied.first == 0.75 && tied.second == 1)
    }

    @Test("At least nine of ten intervals contain a true difference of 0")
    func coverage() throws {
        var held = 0
        for seed in 0..<40 {
            var generator = SeededGenerator(seed: UInt64(seed), stream: "coverage")
            let labels = (0..<60).map { $0 % 2 == 0 }
            func draw() -> [Float] { labels.map { ($0 ? 1 : 0) + generator.normal() } }
            let pair = try #require(PairedAUROC(draw(), draw(), labels: labels))
            if pair.interval.contains(0) { held += 1 }
        }
        #expect(held >= 36)
    }

    @Test("A single class has no AUROC")
    func oneClass() { #expect(PairedAUROC([1, 2], [1, 2], labels: [true, true]) == nil) }
}

/// The results of scipy.stats, from make_statistics_cases.py.
struct StatisticsCases: Decodable {
    struct Wilcoxon: Decodable {
        let differences: [Double]
        let count: Int
        let sum, probability: Double
    }

    struct KolmogorovSmirnov: Decodable {
        let first, second: [Double]
        let statistic, probability: Double
    }

    let wilcoxon: [Wilcoxon]
    let ks: [KolmogorovSmirnov]

    init() throws {
        let file = Bundle.module.bundleURL.appending(path: "statistics_cases.json")
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    }
}
