import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Datasets
import Foundation
import Imaging
import Jobs
import Manifests
import Pipeline
import StageTestSupport
import Testing

@testable import Stages

/// Detectors made of maps that another program wrote.
@Suite("Maps of another program") struct MapsTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
        bench = try StageBench()
        for number in 0..<8 {
            try data.write(ExternalTests.npy(0.1), to: "maps/bolt/train/good/00\(number).npy")
        }
        try data.write(ExternalTests.npy(0.125), to: "maps/bolt/test/good/000.npy")
        // Of another size: maps are resized to the images of the model.
        let map = FloatMap(width: 24, height: 16, values: [Float](repeating: 0.75, count: 384))
        try data.write(try map.tiffBytes(), to: "maps/bolt/test/dent/000.tiff")
    }

    private func job(_ more: String = "", _ section: String = "") throws -> Job {
        let manifest = try data.manifest(
            more: #", "detector": { "kind": "external", "external": { "maps": "maps"\#(more) } }\#(section)"#)
        return try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private func scores(_ summary: ExecutionSummary) throws -> [Float] {
        let digest = try #require(summary.output(of: TaskID("bolt/metrics"), named: "scores.json"))
        return try StageJSON.decode(ScoreIndex.self, try bench.store.read(digest)).entries.sorted { $0.file < $1.file }
            .map(\.score)
    }

    @Test("A job has threshold, verdicts, metrics, card and report of the maps, and says that nothing was assessed")
    func wholeJob() throws {
        let graph = try job().graph
        #expect(graph.programs.isEmpty)
        let summary = try bench.execute(graph)
        #expect(try scores(summary) == [0.75, 0.125])
        func read<Value: Decodable>(_ type: Value.Type, _ task: String, _ output: String) throws -> Value {
            try StageJSON.decode(
                type, try bench.store.read(try #require(summary.output(of: TaskID(task), named: output))))
        }
        let assessment = try read(Assessment.self, "bolt/assess", "assessment.json")
        #expect(assessment.isEmpty && assessment.normalImages > 0)
        let card = try read(ModelCard.self, "bolt/card", "card.json")
        #expect(card.limits.map(\.rule).contains("notAssessed"))
        let text = String(
            decoding: try bench.store.read(try #require(summary.output(of: TaskID("bolt/card"), named: "card.md"))),
            as: UTF8.self)
        #expect(text.contains("Not assessed") && !text.contains("Criterion"))
    }

    @Test("The scores of a file take precedence over the maps")
    func ownScores() throws {
        var names = (0..<8).map { "\"train/good/00\($0).png\": 2" }
        names += ["\"test/good/000.png\": 3", "\"test/dent/000.png\": 4"]
        try data.write(Array("{ \(names.joined(separator: ", ")) }".utf8), to: "maps/bolt/scores.json")
        #expect(try scores(bench.execute(job(#", "scores": true"#).graph)) == [4, 3])
        try data.write(Array("{}".utf8), to: "maps/bolt/scores.json")
        #expect { try bench.execute(job(#", "scores": true"#).graph) } throws: {
            "\($0)".contains("has no finite score of")
        }
    }

    @Test("Missing maps and unreadable ones are named")
    func faults() throws {
        try data.write([1, 2, 3], to: "maps/bolt/test/good/000.npy")
        #expect { try bench.execute(job().graph) } throws: { "\($0)".contains("test/good/000.npy is not a map") }
        try data.remove("maps/bolt/test/good/000.npy")
        #expect { try bench.execute(job().graph) } throws: {
            "\($0)".contains("1 test or held-out image has no map: test/good/000.png")
        }
        try data.write(ExternalTests.npy(.infinity), to: "maps/bolt/test/good/000.npy")
        #expect { try bench.execute(job().graph) } throws: { "\($0)".contains("not finite") }
        try data.write(ExternalTests.npy(1), to: "maps/bolt/test/dent/000.npy")
        #expect { try bench.execute(job().graph) } throws: { "\($0)".contains("are maps of the same image") }
        try data.remove("maps")
        #expect { try job() } throws: { "\($0)".contains("maps/bolt: no such file or folder") }
    }

    @Test("An image without a map has no score")
    func unknownImage() throws {
        let detector = MapsDetector(MapsPayload(width: 32, height: 32, entries: []), task: "t")
        #expect(throws: MapsFault.unknownImage(task: "t", maps: 0)) {
            try detector.maps([TinyDataSet.image(3, width: 32, height: 32)])
        }
    }

    @Test("Equal images with different maps are an error")
    func ambiguous() throws {
        try data.writeImage(10, to: "bolt/test/good/001.png")
        try data.write(ExternalTests.npy(0.5), to: "maps/bolt/test/good/001.npy")
        #expect { try bench.execute(job().graph) } throws: { "\($0)".contains("have the same pixels") }
    }
}
