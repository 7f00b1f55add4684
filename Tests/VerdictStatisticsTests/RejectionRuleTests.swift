import Testing

@testable import VerdictStatistics

@Suite("Rejection of uncertain verdicts: RejEx with ExCeeD")
struct RejectionRuleTests {
    /// 1,000 training scores; the score c + 0.5 has c of them below it.
    private func rule(_ contamination: Double = 0.1, tolerance: Double = 32) throws -> RejectionRule {
        try RejectionRule(
            trainingScores: (1...1000).reversed().map { Float($0) }, contamination: contamination, tolerance: tolerance)
    }

    @Test(
        "Confidence agrees with the authors' formula",
        arguments: [(890, 0.74598), (900, 0.09758), (905, 0.31729), (910, 0.66143)])
    func confidence(count: Int, expected: Double) throws {
        #expect(abs(try rule().confidence(in: Float(count) + 0.5) - expected) < 1e-5)
    }

    @Test(
        "The number of rejected scores equals that of single decisions", arguments: [0.001, 0.02, 0.3, 0.97],
        [0.7, 4, 32])
    func rejectedCount(contamination: Double, tolerance: Double) throws {
        let scores = (0..<1000).map { Float(($0 * 7919) % 613) }
        let rule = try RejectionRule(trainingScores: scores, contamination: contamination, tolerance: tolerance)
        #expect(rule.rejectedCount(of: scores) == scores.count(where: rule.rejects))
        let others = (-5..<700).map { Float($0) + 0.5 }
        #expect(rule.rejectedCount(of: others) == others.count(where: rule.rejects))
    }

    @Test("An equal training score counts as below")
    func ties() throws {
        #expect(try rule().confidence(in: 900) == rule().confidence(in: 900.5))
        #expect(try rule().confidence(in: 899.5) != rule().confidence(in: 900))
    }

    /// The published value, 0.1438694585406935, was computed from 1 - exp(-32) in double precision, 1e-16 below 1, and
    /// differs by 6e-7 from scipy's inverse incomplete beta function.
    @Test("The expected rejection rate agrees with the publication and the exact formula")
    func expectedRate() throws {
        #expect(abs(try rule().expectedRejectionRate - 0.1438694585406935) < 1e-6)
        #expect(abs(try rule().expectedRejectionRate - 0.14387010053519989) < 1e-12)
        #expect(abs(try rule(tolerance: 4).expectedRejectionRate - 0.03956090060830597) < 1e-12)
        let few = try RejectionRule(trainingScores: (0..<50).map { Float($0) }, contamination: 0.2)
        #expect(abs(few.expectedRejectionRate - 0.7050735588931564) < 1e-12)
    }

    @Test("Scores near the threshold are rejected, in about the expected share")
    func rejects() throws {
        let rule = try rule()
        #expect(rule.threshold == 901)
        #expect(rule.rejects(900))
        for score: Float in [1, 1000, -1e30, 1e30] { #expect(!rule.rejects(score)) }
        let rejected = (1...1000).count { rule.rejects(Float($0)) }
        #expect(abs(Double(rejected) / 1000 - rule.expectedRejectionRate) < 0.003)
    }

    @Test("A higher tolerance rejects more; at ln 2 nothing is rejected")
    func tolerance() throws {
        let counts = try [0.6931471805599454, 2, 8, 32, 128].map { tolerance in
            let rule = try rule(tolerance: tolerance)
            return (1...1000).count { rule.rejects(Float($0)) }
        }
        #expect(counts[0] == 0)
        #expect(counts == counts.sorted() && Set(counts).count == 5)
    }

    @Test("Invalid scores, contamination and tolerance are rejected")
    func refused() {
        for contamination in [0, -0.1, 1, .nan, 0.0009] {
            #expect(throws: ThresholdsError.self) { try rule(contamination) }
        }
        for tolerance in [0, 0.6, .nan, .infinity] {
            #expect(throws: ThresholdsError.self) { try rule(tolerance: tolerance) }
        }
        #expect(throws: ThresholdsError.notFinite(index: 1)) {
            try RejectionRule(trainingScores: [1, .infinity], contamination: 0.5)
        }
        #expect(throws: ThresholdsError.self) { try RejectionRule(trainingScores: [], contamination: 0.5) }
    }
}
