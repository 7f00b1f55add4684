import Foundation
import Testing

@testable import VerdictStatistics

/// The expected numbers are printed by `python3 contamination.py` in this folder.
@Suite("Contamination estimate: gammaGMM")
struct GammaGMMTests {
    /// Sums of four uniform numbers, or their exponentials, every `every`-th shifted; the same as `scores` in
    /// contamination.py.
    static func scores(_ count: Int, every: Int, shift: Double, isSkewed: Bool = false) -> [Float] {
        (0..<count).map { i in
            var sum = 0.0
            for j in 1...4 {
                let draw: Int = 7919 * i + 104_729 * j + 31 * i * j + 1_299_709 * j * j
                sum += Double(draw % 10_007) / 10_007
            }
            let value: Double = isSkewed ? Foundation.exp(sum / 2) : sum
            return Float(every > 0 && i % every == 0 ? value + shift : value)
        }
    }

    struct Case: Sendable {
        var scores: [Float]
        var high: Double
        var mean, low, top: Double
    }

    static let cases = [
        Case(
            scores: scores(200, every: 20, shift: 3), high: 0.15, mean: 0.052295084597940425, low: 0.02747685001173,
            top: 0.08127146914816467),
        Case(
            scores: scores(200, every: 20, shift: 6, isSkewed: true), high: 0.15, mean: 0.05267657833237743,
            low: 0.027767768268031984, top: 0.08176531753173684),
        Case(
            scores: scores(200, every: 20, shift: 3), high: 0.4, mean: 0.15528227537645703, low: 0.03476099470566991,
            top: 0.24193769780588603),
        Case(
            scores: scores(1000, every: 33, shift: 3), high: 0.15, mean: 0.036103592717263336,
            low: 0.022259250039879424, top: 0.04993844942070748),
        Case(
            scores: scores(30, every: 15, shift: 4), high: 0.4, mean: 0.07588344078559599, low: 0.011291885545881711,
            top: 0.16150363456369407),
    ]

    @Test("Mean and quantiles agree with the method in numpy and scipy", arguments: cases)
    func reference(expected: Case) throws {
        let estimate = try GammaGMM.estimate(expected.scores, prior: ContaminationPrior(high: expected.high))
        #expect(estimate.isResolved)
        #expect(abs(estimate.mean - expected.mean) < 1e-6)
        #expect(abs(estimate.quantile(0.05) - expected.low) < 1e-6)
        #expect(abs(estimate.quantile(0.95) - expected.top) < 1e-6)
    }

    @Test("The estimate satisfies the probabilities of the prior")
    func prior() throws {
        let estimate = try GammaGMM.estimate(Self.scores(200, every: 20, shift: 3))
        #expect(abs(1 - estimate.groups.reduce(0) { $0 + $1.probability } - 0.01) < 1e-9)
        #expect(estimate.quantile(0.009) == 0)
        #expect(abs(estimate.quantile(0.99) - 0.15) < 1e-9)
    }

    @Test("Without a group of high scores the estimate is 0")
    func nothingAnomalous() throws {
        let estimate = try GammaGMM.estimate(Self.scores(200, every: 0, shift: 0))
        #expect(!estimate.isResolved && estimate.mean == 0 && estimate.quantile(0.95) == 0)
        #expect(abs(estimate.topShare - 0.5428780984661595) < 1e-6)
    }

    @Test("The estimate does not depend on the unit or order of scores")
    func invariance() throws {
        let scores = Self.scores(200, every: 20, shift: 3)
        let estimate = try GammaGMM.estimate(scores).mean
        #expect(try GammaGMM.estimate(scores.reversed()).mean == estimate)
        #expect(abs(try GammaGMM.estimate(scores.map { $0 / 1024 }).mean - estimate) < 1e-9)
        #expect(abs(try GammaGMM.estimate(scores.map { $0 * 4 - 64 }).mean - estimate) < 1e-3)
    }

    @Test("Invalid input is an error")
    func refused() {
        #expect(throws: ThresholdsError.tooFewScores(count: 19, needed: 20)) {
            try GammaGMM.estimate([Float](repeating: 1, count: 19))
        }
        #expect(throws: ThresholdsError.equalScores(count: 20)) {
            try GammaGMM.estimate([Float](repeating: 1, count: 20))
        }
        #expect(throws: ThresholdsError.notFinite(index: 3)) {
            try GammaGMM.estimate((0..<30).map { $0 == 3 ? .nan : Float($0) })
        }
        #expect(throws: ThresholdsError.self) {
            try GammaGMM.estimate(Self.scores(30, every: 0, shift: 0), prior: ContaminationPrior(high: 1))
        }
    }

    @Test("Degenerate and extreme scores give a share between 0 and 1")
    func odd() throws {
        let lists: [[Float]] = [
            (0..<40).map { Float($0 % 2) }, (0..<40).map { $0 == 0 ? 1e30 : Float($0) },
            (0..<40).map { $0 == 0 ? 1 : 0 }, (0..<40).map { Float($0) * .leastNonzeroMagnitude },
            (0..<40).map { $0 % 2 == 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude },
        ]
        for scores in lists {
            let estimate = try GammaGMM.estimate(scores)
            #expect((0...1).contains(estimate.mean) && (0...1).contains(estimate.quantile(0.95)))
        }
    }
}
