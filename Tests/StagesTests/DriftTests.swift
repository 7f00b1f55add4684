import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Imaging
import StageTestSupport
import Testing

@testable import Stages

@Suite("Drift of the test images")
struct DriftTests {
    private let bench: StageBench

    init() throws { bench = try StageBench() }

    private func pixels(_ number: Int, brighter: Float) throws -> Digest {
        var image = TinyDataSet.image(number)
        for index in image.values.indices { image.values[index] += brighter }
        return try bench.store.put(
            bytes: PackedImage(
                image, original: PackedImage.Original(width: 24, height: 16, bitDepth: 8, format: .png, colour: .rgb)
            ).bytes)
    }

    private func entry(_ number: Int, brighter: Float, isAnomalous: Bool? = nil) throws -> ImageIndex.Entry {
        ImageIndex.Entry(
            file: "\(number).png", split: .test, kind: "good", isAnomalous: isAnomalous,
            source: Digest.of(text: "\(number)"), pixels: try pixels(number, brighter: brighter), width: 24, height: 16)
    }

    private func drift(_ tested: [ImageIndex.Entry]) throws -> DriftRecord {
        let normal = try (0..<30).map {
            TrainingIndex.Entry(source: Digest.of(text: "n\($0)"), pixels: try pixels($0, brighter: 0))
        }
        let outputs = try bench.run(
            DriftStage(),
            [
                ("training", try bench.put(json: TrainingIndex(entries: Array(normal[5...])))),
                ("heldout", try bench.put(json: TrainingIndex(entries: Array(normal[..<5])))),
                ("images.0", try bench.put(json: ImageIndex(entries: tested))),
            ])
        return try StageJSON.decode(DriftRecord.self, try bench.store.read(outputs["drift.json"]!))
    }

    @Test("Anomalous and unusable images are ignored")
    func partakers() throws {
        var rejected = try entry(3, brighter: 0)
        (rejected.pixels, rejected.rejection) = (nil, "broken")
        let record = try drift([
            try entry(1, brighter: 0, isAnomalous: false), try entry(2, brighter: 0, isAnomalous: true), rejected,
            try entry(4, brighter: 0),
        ])
        #expect(record.normal.count == 30 && record.tested.count == 2)
    }

    @Test("Brighter images are a drift of brightness only; similar images are no drift")
    func change() throws {
        let same = try drift(try (100..<120).map { try entry($0, brighter: 0) })
        let brighter = try drift(try (100..<120).map { try entry($0, brighter: 0.1) })
        let measures = DriftTest.measures([DriftTest(same), DriftTest(brighter)])
        #expect(measures[0].allSatisfy { !$0.isChange })
        #expect(measures[1].filter(\.isChange).map(\.name) == ["Brightness"])
        #expect(measures[1][0].normal.count == 30 && measures[1][0].tested.count == 20)
    }

    @Test("No drift is reported without test images")
    func nothing() throws {
        #expect(DriftTest.measures([DriftTest(try drift([]))]) == [[]])
    }
}
