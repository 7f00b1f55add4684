import ContentStore
import DatasetTestSupport
import Foundation
import Pipeline
import PipelineTestSupport
import PythonTestSupport
import StageTestSupport
import Testing

@testable import Jobs
@testable import Manifests

/// Tests the cards of runs against their published schema.
@Suite struct CardSchemaTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../schemas/card.schema.json").path

    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
    }

    /// Cards of a labelled category, of one without masks, and of one without test images but with all statements of
    /// the owner.
    private func cards() throws -> [[UInt8]] {
        try data.writeCategory("bolt", train: 8)
        try data.writeCategory("nut")
        try FileManager.default.removeItem(atPath: data.path + "/nut/ground_truth")
        try data.writeCategory("pin")
        try FileManager.default.removeItem(atPath: data.path + "/pin/test")
        try data.writeImage(30, to: "textures/a.png")
        let words = ["licence", "dataLicence", "dataSource", "owner", "contact", "intendedUse", "outOfScope", "notes"]
            .map { "\"\($0)\": \"\($0)\"" }.joined(separator: ", ")
        let more = """
            , "preset": "texture", "corruption": { "model": "nsa", "textures": "textures" },
            "perCategory": { "pin": { "card": { \(words) } }, "nut": { "training": { "candidates": 2 } } }
            """
        let job = try Job(try data.manifest(["bolt", "nut", "pin"], more: more)) {
            try $0.map { try Digest.of(filePath: $0) }
        }
        let summary = try bench.execute(job.graph)
        return try job.cases.map {
            try bench.store.read(try #require(summary.output(of: $0.card, named: "card.json")))
        }
    }

    @Test("Cards of a run are valid, and altered ones are refused")
    func schema() throws {
        let validator = try SchemaValidator(
            schema: try JSONParser.parse(try AtomicFile.read(Self.file), file: "card.schema.json"))
        func violations(_ text: String) throws -> [String] {
            validator.violations(of: try JSONParser.parse(Array(text.utf8), file: "card.json")).map(\.description)
        }
        let texts = try cards().map { String(decoding: $0, as: UTF8.self) }
        for text in texts { #expect(try violations(text) == []) }
        for (found, replacement) in [
            ("\"isMeasured\" :", "\"measured\" :"), ("\"imageAUROC\" : ", "\"imageAUROC\" : 9"),
            ("\"rule\" : \"", "\"rule\" : \"no"), ("\"format\" : 4", "\"format\" : 5"),
            ("\"statedByOwner\" : {", "\"statedByOwner\" : { \"more\" : \"\""),
            ("\"sha256\" : \"", "\"sha256\" : \"g"),
        ] {
            let changed = texts[0].replacing(found, with: replacement, maxReplacements: 1)
            #expect(changed != texts[0])
            #expect(try !violations(changed).isEmpty, "\(replacement)")
        }
    }

    @Test(
        "Cards of a run are valid for Python's jsonschema",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func python() throws {
        let folder = try TemporaryFolder()
        var files: [String] = []
        for (number, bytes) in try cards().enumerated() {
            files.append(try folder.write(String(decoding: bytes, as: UTF8.self), to: "\(number).json"))
        }
        #expect(try CardJudge.accepts(Self.file, files))
        let broken = try folder.write("{}", to: "broken.json")
        #expect(try !CardJudge.accepts(Self.file, [broken]))
    }
}

/// Python's jsonschema.
private enum CardJudge {
    /// A script that fails unless the documents that follow a schema are valid.
    static let script = """
        import json, sys
        from jsonschema import Draft202012Validator
        schema = json.load(open(sys.argv[1]))
        Draft202012Validator.check_schema(schema)
        faults = [e for f in sys.argv[2:] for e in Draft202012Validator(schema).iter_errors(json.load(open(f)))]
        sys.exit(1 if faults else 0)
        """

    /// True if the documents are valid.
    static func accepts(_ schema: String, _ documents: [String]) throws -> Bool {
        try ProjectPython.run(["-c", script, schema] + documents).status == 0
    }
}
