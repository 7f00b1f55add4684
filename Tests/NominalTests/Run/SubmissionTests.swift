import PythonTestSupport
import Testing

@Suite("Submissions to the server of MVTec AD 2")
struct SubmissionTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    /// Checks names, types, sizes and values of all files as the data set's description demands them, and that each
    /// pixel is 255 where the map of the run is at or above the threshold. Prints the number of maps.
    private static let check = """
        import sys, pathlib, numpy, tifffile
        from PIL import Image
        run, folder, threshold = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), float(sys.argv[3])
        maps = sorted(p for p in (folder / "anomaly_images").rglob("*") if p.is_file())
        masks = sorted(p for p in (folder / "anomaly_images_thresholded").rglob("*") if p.is_file())
        stem = lambda p, kind: p.relative_to(folder / kind).with_suffix("")
        assert [stem(p, "anomaly_images") for p in maps] == [stem(p, "anomaly_images_thresholded") for p in masks]
        for map, mask in zip(maps, masks):
            place = map.relative_to(folder / "anomaly_images")
            assert place.parts[1] in ("test_private", "test_private_mixed") and map.suffix == ".tiff"
            values, labels = tifffile.imread(map), numpy.asarray(Image.open(mask))
            original = tifffile.imread(run / "anomaly_maps" / place)
            assert values.dtype == numpy.float16 and labels.dtype == numpy.uint8 and mask.suffix == ".png"
            assert values.shape == labels.shape == original.shape
            assert (values == original.astype(numpy.float16)).all()
            assert (labels == numpy.where(original >= numpy.float32(threshold), 255, 0)).all()
        print(len(maps))
        """

    @Test(
        "hold 16-bit maps and thresholded pictures of the private test sets",
        .enabled(if: ProjectPython.isInstalled, Comment(rawValue: ProjectPython.remedy)))
    func submission() throws {
        for (name, count) in [
            ("train/good", 4), ("test_public/good", 1), ("test_private", 2), ("test_private_mixed", 1),
        ] {
            for number in 0..<count {
                try fixture.writeImage(
                    0.3 + 0.1 * Float(number), width: 48, height: 40, to: "data/can/\(name)/00\(number).png")
            }
        }
        try fixture.write(
            """
            {
              "name": "ad2", "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "dataset": {
                "layout": "mvtec", "root": "data",
                "folders": { "test": "test_public", "unlabelled": ["test_private", "test_private_mixed"] }
              },
              "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }
            }
            """, to: "ad2.json")
        let run = try fixture.nominal("run", "ad2.json", "--output", "out", "--quiet")
        try #require(run.status == 0, "\(run)")
        let wrong = try fixture.nominal("submission", "out", "submission", "--threshold", "cans=1")
        #expect(wrong.status == 65 && wrong.errors.contains("no such category; found can"), "\(wrong)")
        #expect(try fixture.nominal("submission", "out", "submission", "--threshold", "can").status == 64)
        #expect(try fixture.nominal("submission", "data", "submission").status == 66)
        let written = try fixture.nominal("submission", "out", "submission")
        try #require(written.status == 0, "\(written)")
        let line = try #require(written.output.split(separator: "\n").first)
        #expect(line.hasPrefix("can/test_private: 2 maps, threshold "))
        let threshold = try #require(line.split(separator: " ").last)
        func checked(_ threshold: Substring) throws -> String {
            let outcome = try ProjectPython.run(
                ["-c", Self.check, fixture.place("out"), fixture.place("submission"), String(threshold)])
            try #require(outcome.status == 0, "\(outcome.errors)")
            return outcome.text
        }
        #expect(try checked(threshold) == "3\n")
        #expect(try fixture.nominal("submission", "out", "submission", "--threshold", "can=0.01").status == 0)
        #expect(try checked("0.01") == "3\n")
    }
}
