import Foundation
import Testing
import VerdictStatistics

@Suite("Verdict confidence from calibration scores")
struct VerdictConfidenceTests {
    /// Scores of 1 to `count` with a threshold at the `anomalous`-th highest.
    private func rule(_ count: Int, anomalous: Int = 1, images: Int? = nil, tolerance: Double = 3) throws
        -> VerdictConfidence
    {
        try VerdictConfidence(
            calibrationScores: (1...count).map(Float.init), images: images, threshold: Float(count - anomalous + 1),
            tolerance: tolerance)
    }

    @Test("Within the calibration scores, the confidence is ExCeeD's stability or its complement")
    func exceed() throws {
        // n = 1000, m = 100: the golden stabilities of RejectionRule for counts of 890 and 910. The threshold is 901.
        let rule = try rule(1000, anomalous: 100)
        let other = try RejectionRule(trainingScores: (1...1000).map(Float.init), contamination: 0.1)
        for count in [850, 890, 900] {
            #expect(abs(rule.confidence(in: Float(count)) - (1 - other.stability(of: Float(count)))) < 1e-12)
        }
        for count in [905, 910, 950] {
            #expect(abs(rule.confidence(in: Float(count)) - other.stability(of: Float(count))) < 1e-12)
        }
        // RejEx's bound on its confidence equals our bound on the probability of the other verdict.
        let rejecting = try self.rule(1000, anomalous: 100, tolerance: 32)
        for count in stride(from: 1, through: 1000, by: 7) {
            #expect(rejecting.isUncertain(Float(count)) == other.rejects(Float(count)), "\(count)")
        }
    }

    @Test(
        "At the highest of n scores, the confidence is (1 + n)^n / (2 + n)^n",
        arguments: [1, 2, 9, 100])
    func highest(count: Int) throws {
        let expected = pow(Double(1 + count) / Double(2 + count), Double(count))
        #expect(abs(try rule(count).confidence(in: Float(count)) - expected) < 1e-12)
    }

    @Test("Far above the threshold verdicts are certain, earlier with more images")
    func farAbove() throws {
        for count in [3, 10, 100] {
            let rule = try rule(count)
            let confidences = (0..<60).map { rule.confidence(in: Float(count) * (1 + Float($0))) }
            #expect(confidences == confidences.sorted() && confidences[59] > 0.99)
        }
        let ends = try [3, 10, 100].map { count in
            Float(try #require(try rule(count).uncertainRange).upperBound - Float(count)) / Float(count)
        }
        #expect(ends == ends.sorted(by: >))
    }

    @Test("Uncertain scores form one range with exact bounds")
    func range() throws {
        for images in [nil, 4] {
            let rule = try rule(100, images: images)
            let range = try #require(rule.uncertainRange)
            #expect(range.contains(100) && range.lowerBound > 0)
            #expect(rule.isUncertain(range.lowerBound) && !rule.isUncertain(range.lowerBound.nextDown))
            #expect(rule.isUncertain(range.upperBound.nextDown) && !rule.isUncertain(range.upperBound))
        }
    }

    @Test("With one or two images all verdicts below the threshold are uncertain", arguments: [1, 2])
    func fewImages(count: Int) throws {
        for images in [try rule(count), try rule(100, images: count)] {
            let range = try #require(images.uncertainRange)
            #expect(range.lowerBound == -.infinity && range.upperBound.isFinite)
            #expect(images.isUncertain(-1e30) && !images.isUncertain(range.upperBound))
        }
    }

    @Test("Scores of augmented copies count as the number of images")
    func images() throws {
        let (many, few) = (try rule(100), try rule(100, images: 5))
        #expect(few.confidence(in: 200) < many.confidence(in: 200))
        let widths = try [many, few].map { rule in
            let range = try #require(rule.uncertainRange)
            return range.upperBound - range.lowerBound
        }
        #expect(widths[1] > 2 * widths[0])
        #expect(throws: ThresholdsError.self) { try rule(10, images: 11) }
    }

    @Test("A threshold above the highest score shifts the uncertain range")
    func margin() throws {
        let scores = (1...20).map(Float.init)
        let at = try VerdictConfidence(calibrationScores: scores, threshold: 20)
        let beyond = try VerdictConfidence(calibrationScores: scores, threshold: 30)
        for score in [18, 20, 25, 40] as [Float] {
            #expect(abs(at.confidence(in: score) - beyond.confidence(in: score + 10)) < 1e-9)
        }
    }

    @Test("A tolerance of ln 2 or less marks nothing; a higher one marks more")
    func tolerance() throws {
        #expect(try rule(50, tolerance: 0).uncertainRange == nil)
        #expect(try rule(50, tolerance: 0.69).uncertainRange == nil)
        let lengths = try [1.0, 3, 6].map { tolerance in
            let range = try #require(try rule(50, tolerance: tolerance).uncertainRange)
            return range.upperBound - range.lowerBound
        }
        #expect(lengths == lengths.sorted())
    }

    @Test("Confidence does not depend on the unit; the spread of equal scores is a tenth of their median")
    func units() throws {
        let scores = (1...30).map { Float($0) + 0.5 }
        let plain = try VerdictConfidence(calibrationScores: scores, threshold: 30)
        let small = try VerdictConfidence(calibrationScores: scores.map { $0 * 0x1p-20 }, threshold: 30 * 0x1p-20)
        for score in [3, 29, 30, 33, 90] as [Float] {
            #expect(abs(plain.confidence(in: score) - small.confidence(in: score * 0x1p-20)) < 1e-12)
        }
        let equal = try VerdictConfidence(calibrationScores: [2, 2, 2, 2, 2, 2], threshold: 2.2)
        #expect(equal.confidence(in: 2.2) < 0.5 && equal.confidence(in: 4) > 0.9 && equal.confidence(in: 1) > 0.9)
        // On the linear scale it is 0.1, also about 0.
        let zero = try VerdictConfidence(calibrationScores: [0, 0, 0, 0, 0, 0], threshold: 0.1, scale: .linear)
        #expect(zero.confidence(in: 0.1) < 0.5 && zero.confidence(in: 1) > 0.9 && zero.confidence(in: -0.5) > 0.9)
        let uncertain = try #require(zero.uncertainRange)
        #expect(uncertain.lowerBound > -1 && uncertain.contains(0.1) && uncertain.upperBound < 2)
    }

    @Test("Invalid scores, thresholds and tolerances are rejected")
    func refused() {
        #expect(throws: ThresholdsError.tooFewScores(count: 0, needed: 1)) {
            try VerdictConfidence(calibrationScores: [], threshold: 1)
        }
        #expect(throws: ThresholdsError.notFinite(index: 1)) {
            try VerdictConfidence(calibrationScores: [1, .nan], threshold: 1)
        }
        for (threshold, tolerance) in [(Float.nan, 3.0), (1, -1), (1, 701), (1, .nan)] {
            #expect(throws: ThresholdsError.self) {
                try VerdictConfidence(calibrationScores: [1], threshold: threshold, tolerance: tolerance)
            }
        }
    }
}
