import Foundation
import Testing

/// Thresholds set by a person.
@Suite("Thresholds set by a person") struct ChosenThresholdTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("job", categories: ["wood"])
        #expect(try fixture.nominal("run", "job.json", "--output", "out", "-q").status == 0)
    }

    private func rows(_ file: String) throws -> [[String: Any]] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(fixture.bytes(file))) as? [[String: Any]], "\(file)")
    }

    private func score(_ output: String, model: String = "out/models/wood.nominal", _ more: String...) throws
        -> CommandLineFixture.Outcome
    {
        try fixture.nominal(
            environment: [:], ["score", "--model", model, "data/wood/test", "--output", output] + more)
    }

    /// Checks that a threshold sets all verdicts, and its origin in the rows.
    private func check(_ file: String, _ threshold: Float, _ origin: String?) throws {
        for row in try rows(file) {
            let score = try #require(row["score"] as? Double)
            #expect(row["threshold"].map { Float("\($0)") } == threshold, "\(row)")
            #expect(row["thresholdOrigin"] as? String == origin, "\(row)")
            #expect((row["verdict"] as? String == "anomalous") == (Float(score) >= threshold), "\(row)")
        }
    }

    /// A median score of the test set.
    private func middle() throws -> Float {
        let scores = try rows("out/scores.json").compactMap { ($0["score"] as? Double).map { Float($0) } }.sorted()
        return scores[scores.count / 2]
    }

    @Test("score --threshold sets verdicts, confidence and their origin, also in shards")
    func option() throws {
        let value = try middle()
        #expect(try score("plain").status == 0)
        let outcome = try score("chosen", "--threshold", "\(value)")
        #expect(
            outcome.status == 0 && outcome.errors.contains("verdicts use the threshold \(value) (--threshold)"),
            "\(outcome)")
        try check("chosen/scores.json", value, "--threshold")
        let confidences = try [rows("plain/scores.json"), rows("chosen/scores.json")].map {
            $0.map { "\($0["confidence"]!)" }
        }
        #expect(confidences[0] != confidences[1])
        for wrong in ["nan", "inf", "1e99", "x"] {
            #expect(try score("wrong", "--threshold=" + wrong).status == 64, "\(wrong)")
        }
        // Scores of some detectors are negative, and so are thresholds.
        let below = try score("below", "--threshold", "-0.3")
        #expect(below.status == 0 && below.errors.contains("the threshold -0.3 (--threshold)"), "\(below)")
        try check("below/scores.json", -0.3, "--threshold")
        #expect(try score("parts", "--threshold", "\(value)", "--shard", "1/2").status == 0)
        #expect(try score("parts", "--shard", "2/2").status == 0)
        let mixed = try fixture.nominal("score", "--merge", "parts")
        #expect(mixed.status == 65 && mixed.errors.contains("made with another threshold"), "\(mixed)")
        #expect(try score("parts", "--threshold", "\(value)", "--shard", "2/2").status == 0)
        #expect(try fixture.nominal("score", "--merge", "parts").status == 0)
        #expect(try fixture.bytes("parts/scores.json") == fixture.bytes("chosen/scores.json"))
        // Such a scoring can be reproduced.
        let number = try #require(
            try fixture.nominal("runs").output.split(separator: "\n").first { $0.contains("--output chosen") }?
                .split(separator: " ").first)
        let again = try fixture.nominal("reproduce", "\(number)", "--manifest", "data/wood/test", "-q")
        #expect(again.status == 0 && again.output.contains("are equal"), "\(again)")
    }

    @Test("calibration.threshold applies, and scores, report and card say that a person set it")
    func manifest() throws {
        let value = try middle()
        let manifest = try fixture.text("job.json")
        try fixture.write(
            manifest.replacing("\"name\":", with: "\"calibration\": { \"threshold\": \(value) }, \"name\":"),
            to: "set.json")
        let outcome = try fixture.nominal("run", "set.json", "--output", "set", "-q")
        #expect(outcome.status == 0, "\(outcome)")
        try check("set/scores.json", value, "manifest")
        let card = try fixture.text("set/models/wood.card.md")
        #expect(card.contains("a person, in the manifest; the held-out images give"), "\(card)")
        #expect(try fixture.text("set/models/wood.card.json").contains("\"calibrated\" : "))
        #expect(try !fixture.text("out/models/wood.card.json").contains("\"calibrated\" : "))
        #expect(try fixture.text("set/report.html").contains("Set in the manifest: "))
        // The model file has the threshold until another one is set.
        #expect(try score("carried", model: "set/models/wood.nominal").status == 0)
        try check("carried/scores.json", value, "manifest")
        #expect(try score("over", model: "set/models/wood.nominal", "--threshold", "\(value * 2)").status == 0)
        try check("over/scores.json", value * 2, "--threshold")
        for wrong in ["-1e31", "1e300", "\"1\"", "null"] {
            try fixture.write(
                manifest.replacing("\"name\":", with: "\"calibration\": { \"threshold\": \(wrong) }, \"name\":"),
                to: "wrong.json")
            #expect(try fixture.nominal("validate", "wrong.json").status == 65, "\(wrong)")
        }
    }

    @Test("models threshold applies to a version; history, lineage and card keep user and reason")
    func registered() throws {
        let value = try middle()
        #expect(try fixture.nominal("models", "register", "out/models/wood.nominal").status == 0)
        #expect(try fixture.nominal("models", "promote", "wood@1").status == 0)
        let set = try fixture.nominal(
            "models", "threshold", "wood@1", "\(value)", "--by", "ann", "--reason", "fewer false alarms")
        #expect(set.output == "wood@1: the threshold is \(value) from now on\n", "\(set)")
        for (model, output) in [("wood", "a"), ("wood@1", "b"), ("wood@latest", "c")] {
            let outcome = try score(output, model: model)
            #expect(outcome.status == 0, "\(outcome)")
            try check("\(output)/scores.json", value, "set for wood@1")
        }
        #expect(try score("d", model: "wood", "--threshold", "\(value * 2)").status == 0)
        try check("d/scores.json", value * 2, "--threshold")
        let shown = try fixture.nominal("models", "show", "wood").output
        #expect(shown.contains("\(value), set by ann on ") && shown.contains(": fewer false alarms"), "\(shown)")
        let lineage = try fixture.nominal("lineage", "wood@1").output
        #expect(lineage.contains("threshold of version 1 set to \(value), by ann: fewer false alarms"), "\(lineage)")
        let card = try fixture.nominal("models", "card", "wood@1").output
        #expect(card.contains("## Threshold in force") && card.contains("fewer false alarms"), "\(card)")
        #expect(try fixture.nominal("verify", "--history").status == 0)
        #expect(try fixture.nominal("models", "threshold", "wood@1", "calibrated", "--by", "bob").status == 0)
        #expect(try score("e", model: "wood").status == 0)
        #expect(try score("f").status == 0)
        #expect(try fixture.bytes("e/scores.json") == fixture.bytes("f/scores.json"))
        #expect(try fixture.nominal("models", "show", "wood").output.contains("set to its own, by bob"))
        #expect(try fixture.nominal("models", "threshold", "wood@1", "nan").status == 64)
        let below = try fixture.nominal("models", "threshold", "wood@1", "--by", "cy", "--", "-0.3")
        #expect(below.output == "wood@1: the threshold is -0.3 from now on\n", "\(below)")
        #expect(try score("g", model: "wood").status == 0)
        try check("g/scores.json", -0.3, "set for wood@1")
        #expect(try fixture.nominal("models", "threshold", "wood@9", "1").status == 66)
    }
}
