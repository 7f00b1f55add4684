import Testing

@testable import Metrics

@Suite("Image-level rank metrics")
struct RankMetricsTests {
    /// By hand: ordered pairs (anomalous, normal) are .9>.7, .9>.4, .9>.4, .4<.7, .4=.4, .4=.4 -> (3 + 2/2) / 6.
    private let scores = [0.9, 0.7, 0.4, 0.4, 0.4]
    private let labels = [true, false, true, false, false]

    @Test("AUROC counts a tie as half a pair")
    func auroc() throws {
        #expect(try RankMetrics.auroc(scores: scores, labels: labels) == 4.0 / 6)
        #expect(try RankMetrics.auroc(scores: [5.0, 5, 5], labels: [true, false, false]) == 0.5)
    }

    @Test("Average precision treats a tie as one threshold")
    func averagePrecision() throws {
        #expect(try RankMetrics.averagePrecision(scores: scores, labels: labels) == 0.5 * 1 + 0.5 * (2.0 / 5))
    }

    @Test("F1-max has the highest threshold that reaches it")
    func f1Max() throws {
        let best = try #require(try RankMetrics.f1Max(scores: scores, labels: labels))
        #expect(best.f1 == 2.0 / 3)
        #expect(best.threshold == 0.9)
        let tied = try #require(try RankMetrics.f1Max(scores: [3.0, 2, 1, 0], labels: [true, false, false, true]))
        #expect(tied.f1 == 2.0 / 3 && tied.threshold == 3)
    }

    @Test("Metrics depend on the order of scores only", arguments: [1e-6, 100, 1e6, -1e-3])
    func rangeDoesNotMatter(scale: Double) throws {
        let flipped = scale < 0
        let scaled = scores.map { $0 * abs(scale) - 7 * abs(scale) }
        let value = try RankMetrics.auroc(scores: flipped ? scaled.map { -$0 } : scaled, labels: labels)
        #expect(value == (flipped ? 2.0 / 6 : 4.0 / 6))
    }

    @Test("Without one of the classes metrics are nil and curves empty")
    func missingClass() throws {
        #expect(try RankMetrics.auroc(scores: [1.0, 2], labels: [true, true]) == nil)
        #expect(try RankMetrics.auroc(scores: [1.0, 2], labels: [false, false]) == nil)
        #expect(try RankMetrics.auroc(scores: [Double](), labels: []) == nil)
        #expect(try RankMetrics.averagePrecision(scores: [1.0, 2], labels: [false, false]) == nil)
        #expect(try RankMetrics.averagePrecision(scores: [1.0, 2], labels: [true, true]) == 1)
        #expect(try RankMetrics.f1Max(scores: [1.0, 2], labels: [false, false]) == nil)
        #expect(try RankMetrics.rocCurve(scores: [1.0, 2], labels: [true, true]).isEmpty)
        #expect(try RankMetrics.precisionRecallCurve(scores: [1.0, 2], labels: [false, false]).isEmpty)
    }

    @Test("A NaN score is rejected with its index")
    func notANumber() {
        #expect(throws: MetricsError.notANumber(index: 1)) {
            try RankMetrics.auroc(scores: [1, Float.nan, 2], labels: [true, false, true])
        }
        #expect(throws: MetricsError.notANumber(index: 0)) {
            try RankMetrics.rocCurve(scores: [Double.nan], labels: [true])
        }
    }

    @Test("Scores and labels of different lengths are rejected")
    func countMismatch() {
        #expect(throws: MetricsError.countMismatch(scores: 2, labels: 1)) {
            try RankMetrics.f1Max(scores: [1.0, 2], labels: [true])
        }
    }

    @Test("Infinite scores are ranked like others")
    func infinite() throws {
        #expect(try RankMetrics.auroc(scores: [Float.infinity, 0, -.infinity], labels: [true, false, false]) == 1)
    }

    @Test("The ROC curve omits only collinear points")
    func rocCurve() throws {
        let curve = try RankMetrics.rocCurve(scores: [4.0, 3, 2, 1], labels: [true, true, false, false])
        #expect(
            curve == [
                ROCPoint(fpr: 0, tpr: 0, threshold: 4.0.nextUp), ROCPoint(fpr: 0, tpr: 1, threshold: 3),
                ROCPoint(fpr: 1, tpr: 1, threshold: 1),
            ])
    }

    @Test("The precision-recall curve has one point per distinct score")
    func precisionRecallCurve() throws {
        let curve = try RankMetrics.precisionRecallCurve(scores: scores, labels: labels)
        #expect(
            curve == [
                PrecisionRecallPoint(recall: 0.5, precision: 1, threshold: 0.9),
                PrecisionRecallPoint(recall: 0.5, precision: 0.5, threshold: 0.7),
                PrecisionRecallPoint(recall: 1, precision: 0.4, threshold: 0.4),
            ])
    }
}
