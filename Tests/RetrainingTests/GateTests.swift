import AnomalyDetection
import Manifests
import Testing

@testable import Retraining
@testable import Stages

@Suite("The gate")
struct GateTests {
    private let stage: GateStage

    init() throws {
        let text = """
            {
              "name": "tiny", "dataset": { "layout": "folder", "normal": "base" },
              "retrain": { "incoming": "incoming" }
            }
            """
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: "tiny.json")
        stage = GateStage(gate: try #require(manifest.retrain).gate)
    }

    private func evidence(normal: [Float] = [], defects: [Float] = [2], criterion: Double = 0.5) -> GateStage.Evidence {
        let projection = ProjectionMeasures(samples: [.init(clean: [1], corrupted: [1], mask: [0])], directions: []) {
            $0
        }
        return GateStage.Evidence(
            assessment: Assessment(
                criterion: criterion, normalImages: normal.count, normalScores: normal, defectScores: defects,
                falseAlarms: share(normal), recall: share(defects),
                detection: Assessment.Detection(samples: defects.count), kinds: [:], robustness: [],
                projection: projection, projectionBeforeTraining: projection))
    }

    private func share(_ scores: [Float]) -> Double {
        scores.isEmpty ? 0 : Double(scores.count { $0 >= 1 }) / Double(scores.count)
    }

    private func worse(_ champion: GateStage.Evidence?, _ challenger: GateStage.Evidence) -> [String] {
        let verdict = stage.verdict(champion, challenger)
        let names = verdict.criteria.filter(\.isWorse).map(\.name)
        #expect(verdict.isPromoted == names.isEmpty)
        return names
    }

    @Test("passes an equal or a better model")
    func passing() {
        #expect(worse(evidence(), evidence()) == [])
        let better = evidence(normal: [0, 0], defects: [5, 5, 5], criterion: 0.9)
        #expect(worse(evidence(normal: [0, 2], defects: [0, 5, 5]), better) == [])
        #expect(stage.verdict(evidence(), evidence()).reason == "not worse in any of 3 criteria")
    }

    @Test("passes the first model that detects anything")
    func first() {
        #expect(worse(nil, evidence(defects: [0, 1])) == [])
        #expect(stage.verdict(nil, evidence()).reason == "the first one, and finds synthetic defects")
        #expect(worse(nil, evidence(defects: [0, 0.5])) == ["recall of synthetic defects"])
    }

    @Test("stops false alarms above the bound, but not at it")
    func falseAlarms() {
        let calm = evidence(normal: [Float](repeating: 0, count: 40))
        func alarmed(_ count: Int) -> GateStage.Evidence {
            evidence(normal: (0..<40).map { $0 < count ? 2 : 0 })
        }
        #expect(worse(calm, alarmed(2)) == [])
        #expect(worse(calm, alarmed(3)) == ["false alarms"])
        #expect(worse(alarmed(3), calm) == [])
    }

    @Test("stops a drop of recall if the same defects score lower, but not if a few lie at the threshold")
    func recall() {
        let found = evidence(defects: (0..<40).map { 1.1 + Float($0) / 100 })
        let lost = evidence(defects: (0..<40).map { 0.8 + Float($0) / 100 })
        #expect(worse(found, lost) == ["recall of synthetic defects"])
        // Some scores fall just below the threshold, and the others rise.
        let chance = evidence(defects: (0..<40).map { $0 < 10 ? 0.99 : 1.5 + Float($0) / 100 })
        #expect(worse(found, chance) == [])
        let criterion = stage.verdict(found, lost).criteria[1]
        #expect(criterion.champion == 1 && criterion.challenger == 0.5 && criterion.probability! < 0.001)
    }

    /// Simulates nights that each lose a little. Returns the number of promotions before the gate stops one, and its
    /// reason.
    private func nights(
        anchor: GateStage.Evidence?, _ night: (Int) -> GateStage.Evidence
    ) -> (promoted: Int, reason: String) {
        var champion = night(0)
        for number in 1...100 {
            let verdict = stage.verdict(champion, anchor: anchor, night(number))
            guard verdict.isPromoted else { return (number - 1, verdict.reason) }
            champion = night(number)
        }
        return (100, "")
    }

    @Test("uses the anchor to stop a slow decline within the champion's bounds")
    func drift() {
        func alarmed(_ number: Int) -> GateStage.Evidence {
            evidence(normal: (0..<100).map { $0 < number * 4 ? 2 : 0 })
        }
        #expect(nights(anchor: nil, alarmed).promoted >= 25)
        #expect(nights(anchor: alarmed(0), alarmed) == (2, "worse: false alarms, against the anchor"))
        func blind(_ number: Int) -> GateStage.Evidence {
            evidence(defects: (0..<100).map { 1.01 + Float($0) / 100 - Float(number) * 0.04 })
        }
        #expect(nights(anchor: nil, blind).promoted > 10)
        #expect(nights(anchor: blind(0), blind) == (2, "worse: recall of synthetic defects, against the anchor"))
        func dull(_ number: Int) -> GateStage.Evidence { evidence(criterion: 0.9 - Double(number) * 0.019) }
        #expect(nights(anchor: nil, dull).promoted == 100)
        #expect(nights(anchor: dull(0), dull) == (2, "worse: criterion, against the anchor"))
    }

    @Test("reports the figures of the anchor beside those of the champion")
    func anchorValues() {
        let verdict = stage.verdict(
            evidence(criterion: 0.5), anchor: evidence(criterion: 0.6), evidence(criterion: 0.49))
        #expect(verdict.criteria.map(\.against) == [nil, nil, nil, "anchor", "anchor", "anchor"])
        #expect(verdict.criteria.last?.anchor == 0.6 && verdict.criteria.last?.champion == nil)
        #expect(verdict.criteria.last?.isWorse == true && !verdict.isPromoted)
    }

    @Test("stops a drop of the criterion")
    func criterion() {
        #expect(worse(evidence(criterion: 0.5), evidence(criterion: 0.48)) == [])
        #expect(worse(evidence(criterion: 0.5), evidence(criterion: 0.47)) == ["criterion"])
    }

    @Test("stops significantly lower AUPIMO and AUROC of labelled images, and reports both")
    func labelled() {
        var (good, bad) = (evidence(), evidence())
        for number in 0..<30 {
            let isAnomalous = number % 2 == 1
            good.scores["\(number)"] = (isAnomalous ? 2 : 0, isAnomalous)
            bad.scores["\(number)"] = (Float(number % 5), isAnomalous)
            if isAnomalous { (good.aupimo["\(number)"], bad.aupimo["\(number)"]) = (0.8, 0.3 + Double(number) / 100) }
        }
        let names = ["AUPIMO of labelled images", "image AUROC of labelled images"]
        #expect(worse(good, bad) == names)
        #expect(worse(bad, good) == [])
        #expect(stage.verdict(good, good).criteria.suffix(2).map(\.name) == names)
        (good.aupimo, bad.aupimo) = ([:], [:])
        #expect(worse(good, bad) == [names[1]])
        #expect(stage.verdict(good, bad).criteria[3].rule == "is not defined here")
    }
}
