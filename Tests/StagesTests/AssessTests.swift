import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Foundation
import Pipeline
import SeededRandom
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite("An assessment") struct AssessTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
    }

    private func assess(_ more: String = "", threads: Int = 1) throws -> (digest: Digest, assessment: Assessment) {
        let job = try Job(data.manifest(more: more)) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph, threads: threads)
        let digest = try #require(summary.output(of: job.cases[0].assess, named: "assessment.json"))
        return (digest, try StageJSON.decode(Assessment.self, try bench.store.read(digest)))
    }

    @Test("covers all kinds of corruption, all camera changes, and the projection before and after training")
    func contents() throws {
        try data.writeCategory("bolt", train: 6)
        let assessment = try assess().assessment
        #expect((0...1).contains(assessment.criterion))
        #expect(assessment.kinds.keys.sorted() == ["cutpaste", "nsa", "perlin", "structured"])
        #expect(assessment.kinds.values.reduce(0) { $0 + $1.samples } == assessment.detection.samples)
        let shares = assessment.kinds.sorted { $0.key < $1.key }.map {
            (($0.value.imageAUROC ?? 0) + ($0.value.aupro ?? 0)) / 2
        }
        // Every kind corrupts the same images.
        #expect(Set(assessment.kinds.values.map(\.samples)).count == 1)
        #expect(assessment.criterion == shares.reduce(0, +) / 4)
        #expect(Set(assessment.robustness.map(\.label)).count == 10)
        #expect(assessment.robustness.allSatisfy { (0...1).contains($0.falseAlarms) && $0.scoreShift.isFinite })
        #expect(assessment.projection != assessment.projectionBeforeTraining)
        let projection = try #require(assessment.projection)
        #expect(projection.identityError > 0 && projection.identityError.isFinite)
        #expect(projection.singularValues == projection.singularValues.sorted(by: >))
    }

    @Test("does not depend on threads or test images")
    func labels() throws {
        try data.writeCategory("bolt", train: 6)
        let first = try assess().digest
        try FileManager.default.moveItem(atPath: data.path + "/bolt/test/dent", toPath: data.path + "/bolt/test/good2")
        try FileManager.default.removeItem(atPath: data.path + "/bolt/ground_truth")
        #expect(try assess(threads: 2).digest == first)
    }

    @Test("chooses the highest criterion, the last of equal ones, but a fusion less than a standard error below")
    func choice() throws {
        func assessment(_ criterion: Double, _ number: Int) throws -> Digest {
            let nothing = Assessment.Detection(samples: 0)
            let projection = ProjectionMeasures(samples: [.init(clean: [1], corrupted: [1], mask: [0])], directions: [])
            {
                $0
            }
            return try bench.put(
                json: Assessment(
                    criterion: criterion, normalImages: 40, normalScores: Self.scores(number, around: 0),
                    defectScores: Self.scores(number, around: 2),
                    falseAlarms: 0,
                    recall: 0, detection: nothing,
                    kinds: [:], robustness: [], projection: projection, projectionBeforeTraining: projection))
        }
        let table: [(criteria: [Double], fusion: Int?, chosen: Int)] = [
            ([0.5, 0.75, 0.25], nil, 1), ([0.5, 0.25, 0.5], nil, 2), ([0, 0], nil, 1),
            ([0.9, 0.905, 0.896], 2, 2), ([0.9, 0.905, 0.7], 2, 1), ([0.896, 0.905], 0, 0), ([0.905, 0.5], 0, 0),
            ([0.905, 0.896, 0.3], nil, 0),
        ]
        for (criteria, fusion, chosen) in table {
            var inputs: [(String, Digest)] = []
            for (number, criterion) in criteria.enumerated() {
                inputs.append(("assessment.json.\(number)", try assessment(criterion, number)))
                for output in ["model", "calibration.json", "training.json"] {
                    inputs.append(("\(output).\(number)", try bench.put(json: ["\(output)": number])))
                }
            }
            let outputs = try bench.run(ChooseStage(count: criteria.count, fusion: fusion), inputs)
            for output in ["model", "calibration.json", "training.json"] {
                #expect(outputs[output] == inputs.first { $0.0 == "\(output).\(chosen)" }?.1)
            }
            let candidates = try StageJSON.decode(
                [Assessment.Candidate].self, bench.store.read(try #require(outputs["candidates.json"])))
            #expect(candidates.map(\.criterion) == criteria)
            #expect(candidates.map(\.isChosen) == criteria.indices.map { $0 == chosen })
        }
    }

    /// Forty scores of a candidate, of a normal distribution, which overlap with those two deviations away.
    private static func scores(_ candidate: Int, around mean: Float) -> [Float] {
        var generator = SeededGenerator(seed: UInt64(candidate), stream: "scores", UInt64(mean))
        return (0..<40).map { _ in mean + generator.normal() }
    }

    @Test("of two candidates gives one model, which all later tasks use")
    func candidates() throws {
        try data.writeCategory("bolt", train: 6)
        let more = #", "variants": {"two": {"training": {"candidates": 2}}, "one": {}}"#
        let job = try Job(data.manifest(more: more)) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph)
        let (two, one) = (job.cases[0], job.cases[1])
        #expect(two.calibrate.path.hasSuffix("choose") && one.calibrate.path.hasSuffix("calibrate"))
        let chosen = try StageJSON.decode(
            Assessment.self,
            try bench.store.read(try #require(summary.output(of: two.assess, named: "assessment.json"))))
        let last = try StageJSON.decode(
            Assessment.self,
            try bench.store.read(try #require(summary.output(of: one.assess, named: "assessment.json"))))
        // The last checkpoint is one of the two.
        #expect(chosen.criterion >= last.criterion)
        #expect(summary.output(of: two.calibrate, named: "model") != nil)
        #expect(summary.output(of: two.metrics, named: "metrics.json") != nil)
    }
}
