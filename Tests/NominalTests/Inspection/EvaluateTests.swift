import ContentStore
import Foundation
import Imaging
import PythonTestSupport
import Testing

@Suite struct EvaluateTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    /// Two normal maps and one with a defect in the corner, 40 x 30.
    private func writeMaps(to folder: String = "maps", width: Int = 40) throws {
        for (name, top) in [("good/000", Float(0)), ("good/001", 0), ("hole/000", 2)] {
            let values = (0..<width * 30).map { pixel in
                Float(pixel * 7919 % 1009) / 1009 + (pixel / width < 5 && pixel % width < 5 ? top : 0)
            }
            try fixture.write(
                try FloatMap(width: width, height: 30, values: values).tiffBytes(), to: "\(folder)/\(name).tiff")
        }
    }

    private func writeMask(to name: String = "truth/hole/000_mask.png") throws {
        let values = (0..<1200).map { UInt8($0 / 40 < 5 && $0 % 40 < 5 ? 1 : 0) }
        try fixture.write(Mask(width: 40, height: 30, values: values).pngBytes(), to: name)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("Metrics are printed as a list or as one JSON object")
    func output() throws {
        try writeMaps()
        try writeMask()
        let list = try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth")
        #expect(list.status == 0 && list.errors == "")
        #expect(list.output.hasPrefix("images            2 normal, 1 anomalous\nimage AUROC       1.0000\n"))
        #expect(list.output.contains("\nimage F1-max      1.0000 at 2."))
        #expect(list.output.contains("\nAUPIMO mean       -  The smallest false-positive rate"))
        let json = try object(
            try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth", "--json").output)
        for key in ["imageAUROC", "imageAP", "imageF1Max", "pixelAUROC", "pixelAP", "pixelF1Max"] {
            #expect(json[key] as? Double == 1, "\(key)")
        }
        #expect(json["aupro"] as? [String: Double] == ["0.05": 1, "0.3": 1, "1": 1])
        #expect((json["aupimo"] as? [String: Any])?["mean"] is NSNull)
        #expect((json["undefined"] as? [String: String])?.keys.sorted() == ["aupimo", "segF1", "severityCorrelation"])
        #expect(!fixture.exists(".nominal"))
    }

    @Test("A correlation below 0 is printed with its sign")
    func negative() throws {
        try writeMaps()
        // The larger a defect, the lower its score.
        for (number, side) in [2, 4, 6].enumerated() {
            func isDefect(_ pixel: Int) -> Bool { pixel / 40 < side && pixel % 40 < side }
            try fixture.write(
                try FloatMap(width: 40, height: 30, values: (0..<1200).map { isDefect($0) ? Float(9 - number) : 0 })
                    .tiffBytes(), to: "maps/hole/00\(number).tiff")
            try fixture.write(
                Mask(width: 40, height: 30, values: (0..<1200).map { isDefect($0) ? 1 : 0 }).pngBytes(),
                to: "truth/hole/00\(number)_mask.png")
        }
        let list = try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth")
        #expect(list.status == 0 && list.output.contains(/severity +-1\.0000\n/), "\(list)")
    }

    private func withoutSegF1(_ summary: [String: Any]) throws -> NSDictionary {
        func without(_ keys: [String], _ value: Any?) throws -> [String: Any] {
            try #require(value as? [String: Any]).filter { !keys.contains($0.key) }
        }
        var summary = summary
        summary["mean"] = try without(["segF1"], summary["mean"])
        summary["categories"] = try #require(summary["categories"] as? [String: Any]).mapValues { figures in
            var figures = try without(["segF1", "pixelThreshold"], figures)
            figures["undefined"] = try without(["segF1"], figures["undefined"])
            return figures
        }
        return NSDictionary(dictionary: summary)
    }

    @Test("Evaluating the maps of a run gives the run's metrics")
    func ownMaps() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest()
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let judged = try fixture.nominal(
            "evaluate", "--maps", "runs/tiny", "--ground-truth", "data", "--scores", "runs/tiny/scores.csv", "--json")
        #expect(judged.status == 0, "\(judged.errors)")
        // Maps do not have the run's facts about networks.
        var known = try object(fixture.text("runs/tiny/metrics.json"))
        #expect((known.removeValue(forKey: "projection") as? [String: Any])?.keys.sorted() == ["wood", "woven_cloth"])
        // The maps of each category have a pixel threshold of their own.
        let thresholds = try #require(known["categories"] as? [String: [String: Any]])
        #expect(try withoutSegF1(object(judged.output)) == withoutSegF1(known))
        for (name, figures) in thresholds {
            let segmented = try fixture.nominal(
                "evaluate", "--maps", "runs/tiny/anomaly_maps/\(name)/test", "--ground-truth",
                "data/\(name)/ground_truth", "--json", "--pixel-threshold",
                "\(try #require(figures["pixelThreshold"] as? Double))")
            #expect(try object(segmented.output)["segF1"] as? Double == figures["segF1"] as? Double, "\(segmented)")
        }
        let table = try fixture.nominal("evaluate", "--maps", "runs/tiny", "--ground-truth", "data")
        let check = try fixture.nominal(
            "evaluate", "--maps", "runs/tiny", "--ground-truth", "data", "--check-mvtec")
        #expect(check.status == 0 && check.output == "ready for MVTec's evaluation script: 14 maps of 2 objects\n")
        try fixture.write([], to: "data/wood/test/good/shot-1.jpg")
        let unready = try fixture.nominal(
            "evaluate", "--maps", "runs/tiny", "--ground-truth", "data", "--check-mvtec")
        #expect(unready.status == 65 && unready.output == "")
        #expect(unready.errors.hasPrefix("warning: wood: the script ignores the image good/shot-1.jpg"))
        #expect(
            unready.errors.contains("error: MVTec's evaluation script would reject these maps"))
        let few = try fixture.nominal(
            "evaluate", "--maps", "runs/tiny", "--ground-truth", "data", "--aupimos", "per-image")
        #expect(
            few.status == 0 && few.errors.contains("note: no aupimos.json of wood: The smallest false-positive rate"))
        #expect(!fixture.exists("per-image"))
        let lines = table.output.split(separator: "\n")
        #expect(lines.map { $0.prefix(9) } == ["category ", "wood     ", "woven_clo", "mean     "])
        #expect(lines[0].hasSuffix("AU-PRO 0.05  AU-PRO 0.3  SegF1  AUPIMO"))
    }

    @Test(
        "Python's jsonschema accepts the metrics of a run",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func schema() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest()
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let file = CommandLineFixture.sources.appending(path: "../../schemas/metrics.schema.json").path
        let script = """
            import json, sys
            from jsonschema import Draft202012Validator
            schema = json.load(open(sys.argv[1]))
            Draft202012Validator.check_schema(schema)
            Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))
            """
        let outcome = try ProjectPython.run(["-c", script, file, fixture.place("runs/tiny/metrics.json")])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("Maps of another size are rejected, or resized if the user asks for it")
    func sizes() throws {
        try writeMaps(width: 80)
        try writeMask()
        let refused = try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth")
        #expect(refused.status == 65 && refused.output == "")
        #expect(refused.errors.contains("hole/000.tiff has 80 x 30 pixels, but its mask truth/hole/000_mask.png has"))
        let resized = try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth", "--resize")
        #expect(resized.status == 0 && resized.output.contains("pixel"), "\(resized)")
    }

    @Test("Missing masks and missing maps are reported")
    func notes() throws {
        try writeMaps()
        try writeMask()
        try fixture.write(try fixture.bytes("maps/hole/000.tiff"), to: "maps/hole/001.tiff")
        let unmasked = try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth")
        #expect(unmasked.status == 0)
        #expect(
            unmasked.errors
                == "note: 1 map of a kind other than \"good\" has no mask and counts as normal: hole/001\n")
        try writeMask(to: "truth/dent/000_mask.png")
        #expect(try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth").status == 65)
        let partial = try fixture.nominal("evaluate", "--maps", "maps", "--ground-truth", "truth", "--allow-missing")
        #expect(partial.status == 0)
        #expect(partial.errors.contains("note: 1 image with a mask but no map is skipped: dent/000_mask\n"))
    }

    @Test("A missing folder for temporary files ends a large evaluation with 74")
    func scratch() throws {
        try writeMask()
        for number in 0..<60 {
            let values = (0..<1200).map { Float($0 + number) }
            try fixture.write(
                try FloatMap(width: 40, height: 30, values: values).tiffBytes(), to: "maps/good/\(number).tiff")
        }
        try writeMaps()
        let outcome = try fixture.nominal(
            environment: ["TMPDIR": fixture.place("nowhere")], "evaluate", "--maps", "maps", "--ground-truth", "truth",
            "--memory", "1")
        #expect(outcome.status == 74)
        #expect(outcome.errors.contains("nowhere' (No such file or directory)"))
    }

    @Test("Ranking the pixels of many maps respects the memory limit")
    func memory() throws {
        func peak(_ memory: String) throws -> (peak: Int, temporary: Int) {
            let outcome = try fixture.bench(
                "metrics", "--maps", "48", "--size", "512", "--rounds", "1", "--memory", memory, "--json")
            let json = try object(outcome.output)
            return (try #require(json["peakMiB"] as? Int), try #require(json["temporaryMiB"] as? Int))
        }
        // 12.6 million pixels: 192 MiB in memory, or 96 MiB on disk.
        let (free, bounded) = (try peak("1024"), try peak("8"))
        #expect(free.temporary == 0 && bounded.temporary == 96)
        #expect(bounded.peak + 160 < free.peak)
    }
}
