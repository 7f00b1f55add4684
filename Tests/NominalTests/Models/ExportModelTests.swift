import PythonTestSupport
import Testing

/// Models for other runtimes.
@Suite struct ExportModelTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("job", categories: ["wood"])
        #expect(try fixture.nominal("run", "job.json", "--output", "out").status == 0)
        #expect(try fixture.nominal("models", "register", "out/models/wood.nominal").status == 0)
    }

    private static let runner = "packaging/onnx/runner.py"

    @Test(
        "An exported model passes its self-test by onnxruntime",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func passes() throws {
        #expect(try fixture.nominal("models", "threshold", "wood@1", "0.0123", "--reason", "test").status == 0)
        let export = try fixture.nominal(
            "models", "export", "wood@1", "wood.onnx", "--image", "data/wood/test/good/000.png")
        #expect(export.status == 0 && export.output.hasSuffix("self-test in wood.onnx.selftest\n"), "\(export)")
        let bytes = try fixture.bytes("wood.onnx")
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("0.0123") && text.contains("\"statedByOwner\""))
        #expect(try fixture.text("wood.onnx.selftest/README.md").contains("(from the owner of the model)"))

        let root = CommandLineFixture.sources.deletingLastPathComponent().deletingLastPathComponent()
        let command = "\(ProjectPython.executable) \(root.appending(path: Self.runner).path)"
        let check = try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", command)
        #expect(check.status == 0 && check.output.contains(", 0 other verdicts\n"), "\(check)")
        let json = try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", command, "--json")
        #expect(json.status == 0 && json.output.contains("\"isSound\" : true"), "\(json)")

        // The same model file without a store: the same graph, with its own threshold and no card.
        let again = try fixture.nominal(
            "models", "export", "out/models/wood.nominal", "again.onnx", "--store", "none", "--size", "64x64")
        #expect(again.status == 0, "\(again)")
        #expect(try !String(decoding: fixture.bytes("again.onnx"), as: UTF8.self).contains("statedByOwner"))
        #expect(!fixture.exists("none"))
    }

    @Test(
        "With 8-bit integers, the self-test passes by onnxruntime, the file is smaller and the change is stated",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func int8() throws {
        let root = CommandLineFixture.sources.deletingLastPathComponent().deletingLastPathComponent()
        let command = "\(ProjectPython.executable) \(root.appending(path: Self.runner).path)"
        #expect(try fixture.nominal("models", "export", "wood@1", "plain.onnx").status == 0)
        for number in 0..<9 {
            try fixture.write(
                try fixture.bytes("data/wood/test/good/00\(number % 2).png"), to: "calibration/\(number).png")
        }
        let export = try fixture.nominal(
            "models", "export", "wood@1", "wood.onnx", "--precision", "int8", "--calibrate", "calibration")
        #expect(export.status == 0, "\(export)")
        #expect(export.errors.contains("8 bits, on 9 normal images and as many synthetic defects:"), "\(export)")
        #expect(export.errors.contains("0 of 9 normal images have another one"), "\(export)")
        #expect(try fixture.bytes("wood.onnx").count < fixture.bytes("plain.onnx").count)
        #expect(try fixture.text("wood.onnx.selftest/README.md").contains("8-bit integers"))
        let check = try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", command)
        #expect(check.status == 0 && check.output.contains(", 0 other verdicts\n"), "\(check)")
        let bytes = try fixture.bytes("wood.onnx")
        #expect(
            try fixture.nominal(
                "models", "export", "wood@1", "wood.onnx", "--precision", "int8", "--calibrate", "calibration"
            ).status == 0)
        #expect(try fixture.bytes("wood.onnx") == bytes, "the same images give the same file")

        // A threshold at a score: the rounded score lies below it or, for the next one, above.
        let scores = try fixture.nominal(
            "score", "--model", "wood@1", "calibration", "--json", "--no-maps", "--no-overlays")
        let text = try #require(scores.output.firstMatch(of: /"score":([0-9.e-]+)/)?.output.1)
        let score = try #require(Float(text))
        let refusals = try [score, score.nextUp].map { threshold in
            let set = try fixture.nominal("models", "threshold", "wood@1", "\(threshold)", "--reason", "test")
            #expect(set.status == 0, "\(set)")
            return try fixture.nominal(
                "models", "export", "wood@1", "other.onnx", "--precision", "int8", "--calibrate", "calibration")
        }.filter { $0.status != 0 }
        #expect(refusals.count == 1 && refusals[0].status == 65, "\(refusals)")
        #expect(refusals.first?.errors.contains("verdicts change, expected at most 0.5 %") == true, "\(refusals)")
    }

    @Test("8 bits need a folder of enough normal images, and are refused for other detectors")
    func int8WrongUse() throws {
        func export(_ more: String...) throws -> CommandLineFixture.Outcome {
            try fixture.nominal(environment: [:], ["models", "export", "wood@1", "wood.onnx"] + more)
        }
        #expect(try export("--precision", "int8").status == 64)
        #expect(try export("--calibrate", "data").status == 64)
        #expect(try export("--precision", "int4").status == 64)
        #expect(try export("--precision", "int8", "--calibrate", "none").status == 66)
        let few = try export("--precision", "int8", "--calibrate", "data/wood/test/good")
        #expect(few.status == 65 && few.errors.contains("2 images, expected at least 8"), "\(few)")
        #expect(!fixture.exists("wood.onnx"))
    }

    @Test("Wrong use is an error with the documented exit code")
    func wrongUse() throws {
        #expect(try fixture.nominal("models", "export", "wood@1", "wood.onnx", "--bits", "12").status == 64)
        #expect(try fixture.nominal("models", "export", "wood@1", "wood.onnx", "--size", "64").status == 64)
        #expect(try fixture.nominal("models", "export", "wood@1", "wood.onnx", "--format", "tar").status == 64)
        #expect(try fixture.nominal("models", "export", "wood@9", "wood.onnx").status == 66)
        #expect(try fixture.nominal("models", "export", "wood@1", "wood.onnx", "--image", "none.png").status == 66)
        #expect(try fixture.nominal("verify", "--onnx", "wood.onnx").status == 64)
        #expect(try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", "true", "--history").status == 64)
        #expect(try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", "true").status == 66)
        #expect(!fixture.exists("wood.onnx"))

        #expect(try fixture.nominal("models", "export", "wood@1", "wood.onnx").status == 0)
        let failed = try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", "false")
        #expect(failed.status == 1 && failed.errors.contains("false: ended with status 1 for"), "\(failed)")
        let silent = try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", "true")
        #expect(silent.status == 1 && silent.errors.contains("is not the JSON of a result"), "\(silent)")
        try fixture.write(try fixture.bytes("wood.onnx") + [0], to: "wood.onnx")
        let changed = try fixture.nominal("verify", "--onnx", "wood.onnx", "--with", "true")
        #expect(changed.status == 65 && changed.errors.contains("its SHA-256 differs"), "\(changed)")
    }

    @Test("A model of another format is refused with the remedy")
    func otherFormat() throws {
        var bytes = try fixture.bytes("out/models/wood.nominal")
        // The version follows the magic word.
        bytes[8] -= 1
        try fixture.write(bytes, to: "old.nominal")
        let outcome = try fixture.nominal("models", "export", "old.nominal", "old.onnx")
        #expect(outcome.status == 65 && !fixture.exists("old.onnx"))
        #expect(outcome.errors.contains("make it again, or use the version of nominal that wrote it"), "\(outcome)")
    }
}
