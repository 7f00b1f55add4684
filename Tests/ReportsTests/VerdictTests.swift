import Testing

@testable import Reports

@Suite("Verdicts")
struct VerdictTests {
    @Test(
        "A score at the threshold counts as anomalous",
        arguments: [
            (0, 3, 3, 0, 0), (2, 3, 2, 0, 1), (2.5, 2, 1, 1, 2), (9, 0, 0, 3, 3),
        ] as [(Float, Int, Int, Int, Int)])
    func counts(threshold: Float, truePositives: Int, falsePositives: Int, falseNegatives: Int, trueNegatives: Int) {
        let counts = ConfusionCounts(normalScores: [1, 2, 3], anomalousScores: [2, 4, 4], threshold: threshold)
        #expect(counts.truePositives == truePositives)
        #expect(counts.falsePositives == falsePositives)
        #expect(counts.falseNegatives == falseNegatives)
        #expect(counts.trueNegatives == trueNegatives)
    }

    @Test("Rates with a zero denominator do not exist")
    func rates() {
        let none = ConfusionCounts(normalScores: [], anomalousScores: [], threshold: 1)
        #expect(none.precision == nil && none.recall == nil && none.falseAlarmRate == nil)
        let counts = ConfusionCounts(normalScores: [1, 1, 1, 5], anomalousScores: [5, 5, 5, 1], threshold: 2)
        #expect((counts.precision, counts.recall, counts.falseAlarmRate) == (0.75, 0.75, 0.25))
    }

    @Test("Scores that are not finite are not counted, and the page states their number")
    func notFinite() {
        let counts = ConfusionCounts(normalScores: [.nan, 1], anomalousScores: [.infinity, 3], threshold: 2)
        #expect((counts.trueNegatives, counts.truePositives, counts.falseNegatives) == (1, 1, 0))
        let category = CategoryReport(name: "a", normalScores: [.nan, 1], anomalousScores: [.infinity, 3])
        let page = ReportPage.render(RunReport(title: "t", categories: [category]))
        #expect(page.contains("2 scores are not finite and excluded"))
    }

    @Test("A threshold by prices states the shares of false alarms and misses that are expected")
    func expectedShares() {
        var category = CategoryReport(name: "a", normalScores: [1], anomalousScores: [3], threshold: 2)
        #expect(!ReportPage.render(RunReport(title: "t", categories: [category])).contains("expected: "))
        category.expectedShares = .init(falseAlarms: 0.02, misses: 0.25)
        let page = ReportPage.render(RunReport(title: "t", categories: [category]))
        #expect(page.contains("(expected: 2.0 % false alarms, 25.0 % of synthetic defects missed)"))
    }

    @Test("The gallery starts with the worst misses: low anomalous and high normal scores")
    func galleryOrder() {
        let threshold: Float = 10
        let scores: [(String, Bool?, Float)] = [
            ("good/1", false, 2), ("good/2", false, 16), ("good/3", false, 11), ("hole/1", true, 30),
            ("hole/2", true, 1), ("hole/3", true, 9), ("hole/4", true, 10),
        ]
        let items = scores.map { name, isAnomalous, score in
            SampleReport.item(
                name: name, kind: "", isAnomalous: isAnomalous, score: score, threshold: threshold,
                sample: SamplePicture(index: 0, hasDefect: false))
        }
        let order = items.reversed().worstFirst(threshold: threshold).map(\.name)
        #expect(order == ["hole/2", "good/2", "good/3", "hole/3", "hole/4", "good/1", "hole/1"])
    }

    @Test("Without threshold and labels the highest score comes first, and ties are ordered by name")
    func unlabelledOrder() {
        let items = [("b", Float(1)), ("a", 1), ("c", 7), ("d", .nan)].map { name, score in
            SampleReport.item(
                name: name, kind: "", isAnomalous: nil, score: score, threshold: 0,
                sample: SamplePicture(index: 0, hasDefect: false))
        }
        #expect(items.worstFirst(threshold: nil).map(\.name) == ["d", "c", "a", "b"])
    }

    /// Expected: Python `base64.b64encode(struct.pack("<3f", -1.5, 0.0212, 3.0))`.
    @Test("Scores are encoded sorted, as little-endian float32 in base64")
    func encoding() {
        #expect(ThresholdPanel.encode([3, .nan, -1.5, 0.0212]) == "AADAv5+rrTwAAEBA")
        #expect(ThresholdPanel.encode([.infinity]) == nil)
    }
}
