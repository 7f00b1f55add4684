import ContentStore
import DatasetTestSupport
import Foundation
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Manifests

/// Tests the `metrics.json` of runs against its published schema.
@Suite struct MetricsSchemaTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../schemas/metrics.schema.json").path

    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
    }

    private func schema() throws -> SchemaValidator {
        try SchemaValidator(schema: try JSONParser.parse(try AtomicFile.read(Self.file), file: "metrics.schema.json"))
    }

    private func metrics(_ manifest: JobManifest) throws -> [UInt8] {
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try bench.execute(job.graph)
        return try bench.store.read(try #require(summary.output(of: job.aggregate, named: "metrics.json")))
    }

    private func violations(_ bytes: [UInt8]) throws -> [String] {
        try schema().violations(of: try JSONParser.parse(bytes, file: "metrics.json")).map(\.description)
    }

    @Test("Metrics of a run are valid with masks, without masks, and without images to score")
    func runs() throws {
        try data.writeCategory("bolt")
        try data.writeCategory("nut")
        try FileManager.default.removeItem(atPath: data.path + "/nut/ground_truth")
        try data.writeCategory("pin")
        try FileManager.default.removeItem(atPath: data.path + "/pin/test")
        let bytes = try metrics(try data.manifest(["bolt", "nut", "pin"]))
        #expect(try violations(bytes) == [])
        let text = String(decoding: bytes, as: UTF8.self)
        for words in ["\"bolt\"", "\"withoutMask\" : 1", "add ground-truth masks", "add anomalous test images"] {
            #expect(text.contains(words), "\(words)")
        }
    }

    @Test("Altered metrics are refused: an extra key, a missing key, a figure above 1, an empty reason")
    func refused() throws {
        try data.writeCategory("bolt")
        let text = String(decoding: try metrics(try data.manifest()), as: UTF8.self)
        for (found, replacement) in [
            ("\"imageAP\" :", "\"imageAp\" :"), ("\"imageAUROC\" : ", "\"imageAUROC\" : 9"),
            ("\"mean\" : {", "\"mean\" : { \"more\" : 1,"),
            ("\"undefined\" : {", "\"undefined\" : { \"imageAP\" : \"\","),
        ] {
            let changed = text.replacing(found, with: replacement, maxReplacements: 1)
            #expect(changed != text)
            #expect(try !violations(Array(changed.utf8)).isEmpty, "\(replacement)")
        }
    }
}
