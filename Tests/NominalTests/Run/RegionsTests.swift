import Foundation
import PythonTestSupport
import Testing

/// Regions above the pixel threshold, from annotations of a tool to a report and back.
@Suite struct RegionsTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        for (folder, target) in [
            ("data/wood/train/good", "photos/good"), ("data/wood/test/good", "photos/new/line"),
            ("data/wood/test/hole", "photos/new/hole"), ("data/wood/test/scratch", "photos/new/scratch"),
        ] {
            for name in fixture.files(below: folder) {
                try fixture.write(try fixture.bytes(folder + "/" + name), to: target + "/" + name)
            }
        }
    }

    /// A COCO file of polygons, as CVAT exports it, of all images of a folder.
    private func writeAnnotations(to name: String) throws {
        let images = fixture.files(below: "photos/new").sorted()
        let listed = images.enumerated().map { number, name in
            #"{"id": \#(number + 1), "width": 64, "height": 64, "file_name": "\#(name)", "license": 0, "flickr_url": "", "#
                + #""coco_url": "", "date_captured": 0}"#
        }
        let marked = images.enumerated().filter { !$0.element.hasPrefix("line/") }.map { number, _ in
            #"{"id": \#(number + 1), "image_id": \#(number + 1), "category_id": 1, "segmentation": [[20.5, 20.25, 40, 21, 39.5, 41]], "#
                + #""area": 200.0, "bbox": [20.5, 20.25, 19.5, 20.75], "iscrowd": 0, "attributes": {"occluded": false}}"#
        }
        try fixture.write(
            """
            {"licenses": [{"name": "", "id": 0, "url": ""}], "info": {"contributor": "", "description": ""},
             "categories": [{"id": 1, "name": "hole", "supercategory": ""}],
             "images": [\(listed.joined(separator: ", "))], "annotations": [\(marked.joined(separator: ", "))]}
            """, to: name)
    }

    /// Runs a manifest of `init` with few steps.
    private func run(_ name: String) throws {
        var manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(try fixture.bytes(name + ".json"))) as? [String: Any])
        manifest["training"] = ["steps": 4, "batchSize": 2, "warmupSteps": 1]
        manifest["network"] = ["baseWidth": 4]
        manifest["image"] = ["width": 64, "height": 64, "pixelSize": 0.5]
        // Low enough for regions with holes and borders.
        manifest["calibration"] = ["pixelThreshold": 0.5]
        manifest["detector"] = nil
        try fixture.write(
            String(decoding: try JSONSerialization.data(withJSONObject: manifest), as: UTF8.self), to: name + ".json")
        let outcome = try fixture.nominal("run", name + ".json", "--output", "out/" + name)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    private func figures(_ name: String) throws -> [String: Any] {
        let metrics = try #require(
            try JSONSerialization.jsonObject(with: Data(try fixture.bytes("out/\(name)/metrics.json")))
                as? [String: Any])
        return try #require((metrics["categories"] as? [String: [String: Any]])?.values.first)
    }

    @Test(
        "From a COCO file to a report in two commands; pycocotools reads its regions with equal areas, and they are ground truth",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func roundTrip() throws {
        try writeAnnotations(to: "instances.json")
        let first = try fixture.nominal(
            "init", "photos/good", "--score", "photos/new", "--ground-truth", "instances.json", "--manifest",
            "parts.json")
        #expect(first.status == 0, "\(first.errors)")
        try run("parts")
        #expect(try fixture.text("out/parts/report.html").contains("mm²"))
        #expect(try figures("parts")["segF1"] is Double)
        let script = """
            import csv, json, sys
            import numpy as np, tifffile
            from pycocotools.coco import COCO
            folder = sys.argv[1]
            coco = COCO(folder + "/regions.json")
            rows = list(csv.DictReader(open(folder + "/regions.csv")))
            scores = {row["image"]: row for row in json.load(open(folder + "/scores.json"))}
            annotations = coco.loadAnns(coco.getAnnIds())
            assert len(rows) == len(annotations) > 10 and len(coco.getImgIds()) == len(scores)
            covered = {}
            for row, annotation in zip(rows, annotations):
                image = coco.loadImgs(annotation["image_id"])[0]
                assert image["file_name"] == row["image"]
                mask = coco.annToMask(annotation)
                assert mask.sum() == annotation["area"] == int(row["area"])
                assert float(row["areaSquareMillimetres"]) == int(row["area"]) * 0.25
                ys, xs = np.nonzero(mask)
                box = [xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1]
                assert box == annotation["bbox"] == [int(row[key]) for key in ("left", "top", "width", "height")]
                covered[row["image"]] = covered.get(row["image"], 0) + mask
            for name, row in scores.items():
                map = tifffile.imread(folder + "/anomaly_maps/" + sys.argv[2] + "/" + name.rsplit(".", 1)[0] + ".tiff")
                assert map.shape == (row["height"], row["width"])
                assert ((map >= np.float32(row["pixelThreshold"])) == covered.get(name, 0)).all()
            print("equal")
            """
        let folder = try #require(
            try FileManager.default.contentsOfDirectory(atPath: fixture.place("out/parts/anomaly_maps")).first)
        let read = try ProjectPython.run(["-c", script, fixture.place("out/parts"), folder])
        #expect(read.text.hasSuffix("equal\n"), "\(read.errors)")

        // The regions of the same threshold as ground truth: each pixel is right.
        let second = try fixture.nominal(
            "init", "photos/good", "--score", "photos/new", "--ground-truth", "out/parts/regions.json", "--manifest",
            "again.json")
        #expect(second.status == 0, "\(second.errors)")
        try run("again")
        #expect(try figures("again")["segF1"] as? Double == 1)
    }
}
