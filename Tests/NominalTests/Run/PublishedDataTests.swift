import Foundation
import Imaging
import PythonTestSupport
import Testing

/// Whole runs on made files in the layouts of published data sets, whose further metrics are computed again from the
/// exported results.
@Suite("Runs on published data sets")
struct PublishedDataTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    private func run(_ dataset: String) throws {
        try fixture.write(
            """
            {
              "name": "tiny", "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "dataset": { \(dataset), "root": "data" },
              "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }
            }
            """, to: "tiny.json")
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--quiet")
        try #require(outcome.status == 0, "\(outcome)")
    }

    /// A grey PNG that is `value` in a square and 0 outside.
    private func writeRegion(_ value: Float, at corner: Int, side: Int, to name: String) throws {
        var values = [Float](repeating: 0, count: 48 * 40)
        for y in corner..<corner + side { for x in corner..<corner + side { values[y * 48 + x] = value } }
        try fixture.write(
            try PNGEncoder.encode(PlanarImage(width: 48, height: 40, channels: 1, values: values)), to: name)
    }

    private func python(_ script: String, _ arguments: String...) throws -> String {
        let outcome = try ProjectPython.run(["-c", script] + arguments)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.text
    }

    @Test(
        "MVTec LOCO AD: AU-sPRO of each kind equals that of the exported maps by numpy",
        .enabled(if: ProjectPython.isInstalled, Comment(rawValue: ProjectPython.remedy)))
    func loco() throws {
        func image(_ number: Int, _ name: String) throws {
            try fixture.writeImage(0.2 + 0.05 * Float(number), width: 48, height: 40, to: "data/bag/\(name).png")
        }
        for number in 0..<4 { try image(number, "train/good/00\(number)") }
        for number in 0..<2 { try image(number, "test/good/00\(number)") }
        for (number, kind) in ["logical_anomalies", "structural_anomalies"].enumerated() {
            for index in 0..<2 {
                try image(5 + 3 * number + index, "test/\(kind)/00\(index)")
                let folder = "data/bag/ground_truth/\(kind)/00\(index)"
                try writeRegion(200 / 255, at: 4 + index, side: 9, to: folder + "/000.png")
                // Regions may overlap.
                if index == 1 { try writeRegion(100 / 255, at: 10, side: 6 + number, to: folder + "/001.png") }
            }
        }
        try fixture.write(
            #"""
            [{"defect_name": "a", "pixel_value": 200, "saturation_threshold": 20, "relative_saturation": false},
             {"defect_name": "b", "pixel_value": 100, "saturation_threshold": 0.5, "relative_saturation": true}]
            """#, to: "data/bag/defects_config.json")
        try run(#""layout": "mvtec""#)
        let fixtures = URL(filePath: #filePath).appending(path: "../../../MetricsTests/Fixtures").standardizedFileURL
            .path
        let text = try python(
            """
            import sys, json, pathlib, numpy, tifffile
            from PIL import Image
            sys.path.insert(0, sys.argv[2])
            from make_spro_cases import LIMITS, area, curve
            root = pathlib.Path(sys.argv[1])
            read = lambda path: tifffile.imread(path).ravel()
            maps = root / "out/anomaly_maps/bag/test"
            normals = [read(path) for path in sorted((maps / "good").iterdir())]
            found = json.load(open(root / "out/metrics.json"))["categories"]["bag"]["kinds"]
            saturation = {200: lambda area: 20, 100: lambda area: int(0.5 * area)}
            for kind in ("logical_anomalies", "structural_anomalies"):
                images, count = [], 0
                for path in sorted((maps / kind).iterdir()):
                    regions = []
                    for mask in sorted((root / "data/bag/ground_truth" / kind / path.stem).iterdir()):
                        values = numpy.asarray(Image.open(mask)).ravel()
                        regions.append((values > 0, saturation[int(values.max())](int((values > 0).sum()))))
                    images.append((read(path), regions))
                    count += len(regions)
                x, y = curve(normals, images)
                assert found[kind]["images"] == 2 and found[kind]["regions"] == count == 3
                for limit in LIMITS:
                    known = found[kind]["auspro"][str(limit if limit < 1 else 1)]
                    assert abs(known - area(x, y, limit)) < 1e-9, (kind, limit, known, area(x, y, limit))
            import jsonschema
            jsonschema.validate(
                json.load(open(root / "out/metrics.json")), json.load(open(sys.argv[2] + "/../../../schemas/metrics.schema.json")))
            print("equal")
            """, fixture.place(""), fixtures)
        #expect(text == "equal\n")
        #expect(try fixture.text("out/report.html").contains("AU-sPRO 0.05 of logical_anomalies"))
        // A region whose value has no threshold.
        try writeRegion(50 / 255, at: 3, side: 4, to: "data/bag/ground_truth/logical_anomalies/000/002.png")
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--quiet")
        #expect(outcome.status == 1 && outcome.errors.contains("has the pixel value 50"), "\(outcome)")
    }

    @Test(
        "Real-IAD: the figures of parts are those of the highest exported score of each",
        .enabled(if: ProjectPython.isInstalled, Comment(rawValue: ProjectPython.remedy)))
    func realIad() throws {
        var train: [String] = [], test: [String] = []
        func entry(_ kind: String, _ part: String, _ view: Int, _ mask: String? = nil) throws -> String {
            let name = "\(part)/fuse_C\(view).png"
            try fixture.writeImage(
                Float((train.count + test.count) * 37 % 100) / 100, width: 48, height: 40,
                to: "data/realiad_512/fuse/" + name)
            if let mask { try writeRegion(1, at: 6, side: 8, to: "data/realiad_512/fuse/" + mask) }
            let masked = mask.map { "\"\($0)\"" } ?? "null"
            return #"{"anomaly_class": "\#(kind)", "image_path": "\#(name)", "mask_path": \#(masked)}"#
        }
        for view in 1...4 { train.append(try entry("OK", "OK/S0001", view)) }
        for part in 2...4 { for view in 1...3 { test.append(try entry("OK", "OK/S000\(part)", view)) } }
        for part in 5...7 {
            for view in 1...3 {
                // Two of three views show the defect.
                let folder = "NG/BX/S000\(part)"
                test.append(
                    try view == 3
                        ? entry("OK", folder, view) : entry("BX", folder, view, "\(folder)/fuse_C\(view)_mask.png"))
            }
        }
        try fixture.write(
            #"{"meta": {"normal_class": "OK", "prefix": "fuse/"}, "train": [\#(train.joined(separator: ","))], "#
                + #""test": [\#(test.joined(separator: ","))]}"#, to: "data/realiad_jsons/fuse.json")
        try run(#""layout": "realIad""#)
        let text = try python(
            """
            import sys, json, os
            folder = sys.argv[1]
            parts = {}
            for row in json.load(open(folder + "/out/scores.json")):
                best, label = parts.get(os.path.dirname(row["image"]), (-1e9, False))
                parts[os.path.dirname(row["image"])] = (max(best, row["score"]), label or row["label"] == "anomalous")
            good = [score for score, label in parts.values() if not label]
            bad = [score for score, label in parts.values() if label]
            auroc = sum((b > g) + (b == g) / 2 for b in bad for g in good) / len(bad) / len(good)
            found = json.load(open(folder + "/out/metrics.json"))["categories"]["fuse"]["parts"]
            assert (found["normal"], found["anomalous"]) == (len(good), len(bad)) == (3, 3)
            assert abs(found["auroc"] - auroc) < 1e-12
            print("equal")
            """, fixture.place(""))
        #expect(text == "equal\n")
    }
}
