import Testing

@Suite struct InitTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    /// Plans the manifest from init unchanged, then runs it with a tiny network and training.
    ///
    /// - Returns: the standard output of the run.
    @discardableResult
    private func runs(_ manifest: String) throws -> String {
        #expect(try fixture.nominal("validate", manifest).status == 0)
        #expect(try fixture.nominal("plan", manifest).output.contains(" tasks to run, 0 cached"))
        let text = try fixture.text(manifest)
        let training = #""training": { "steps": 2, "warmupSteps": 1, "batchSize": 2 }, "network": { "baseWidth": 4 }"#
        let quick = text.replacing("\"image\":", with: "\(training),\n  \"image\":").replacing(": 128", with: ": 32")
        #expect(quick.contains(training))
        try fixture.write(quick, to: manifest)
        let outcome = try fixture.nominal("run", manifest, "--output", "out")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(fixture.exists("out/report.html"))
        return outcome.output
    }

    @Test("A data set in the MVTec layout runs with all its categories")
    func dataSet() throws {
        let outcome = try fixture.nominal("init", "data")
        #expect(outcome.status == 0)
        #expect(outcome.output.hasPrefix("MVTec layout, 3 categories\n"))
        #expect(outcome.output.hasSuffix("wrote data.json; next: nominal run data.json\n"))
        try runs("data.json")
        for name in ["brushed_metal", "wood", "woven_cloth"] { #expect(fixture.exists("out/models/\(name).nominal")) }
    }

    @Test("A single category runs from a manifest in another folder")
    func category() throws {
        try fixture.write("", to: "jobs/.keep")
        #expect(try fixture.nominal("init", "data/wood", "--manifest", "jobs/wood.json").status == 0)
        #expect(try fixture.text("jobs/wood.json").contains("\"root\": \"../data\""))
        try runs("jobs/wood.json")
        #expect(fixture.files(below: "out/models") == ["wood.card.json", "wood.card.md", "wood.nominal"])
    }

    @Test("A plain folder of normal images runs, with images of unknown quality to score")
    func plainFolder() throws {
        try fixture.write("a note", to: "data/wood/train/good/notes.txt")
        try fixture.write("", to: "data/wood/train/good/bad.png")
        let outcome = try fixture.nominal("init", "data/wood/train/good", "--score", "data/wood/test")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("  skipped files without an image extension: good/notes.txt\n"))
        #expect(outcome.errors.contains("set this image aside: data/wood/train/good/bad.png: the file is empty"))
        #expect(try runs("good.json").hasPrefix("7 images: "))
        let rows = try fixture.text("out/scores.csv").split(separator: "\n")
        #expect(rows.count == 1 + 7)
        #expect(rows.dropFirst().allSatisfy { $0.hasPrefix("good,") && $0.contains(".png,,") })
        #expect(try fixture.text("out/metrics.json").contains("\"imageAUROC\" : null"))
    }

    @Test(
        "A plain folder gives a model and its threshold; scores and lineage name the place and the picture of a verdict"
    )
    func onlyNormalImages() throws {
        let initialized = try fixture.nominal("init", "data/wood/train/good")
        #expect(initialized.status == 0 && initialized.output.contains("nominal help backbones"))
        let lines = try runs("good.json").split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("out/models/good.nominal: trained; threshold "), "\(lines)")
        #expect(lines.dropFirst().first == "next: nominal score --model out/models/good.nominal FOLDER_OF_NEW_IMAGES")
        let scored = try fixture.nominal(
            "score", "--model", "out/models/good.nominal", "--threshold", "-1", "data/wood/test/hole", "--output", "new"
        )
        let verdicts = scored.output.split(separator: "\n")
        #expect(verdicts.count == 4, "\(scored)")
        #expect(verdicts[0].hasPrefix("1 image: 1 anomalous, 0 normal, ") && verdicts[0].hasSuffix("threshold -1.0"))
        let place = try #require(
            verdicts[1].wholeMatch(of: #/  000.png  score [^:]+: (\d+ x \d+ pixels around x \d+, y \d+)/#))
        #expect(verdicts[2] == "pictures of the maps: new/overlays" && verdicts[3] == "scores: new/scores.csv")
        let lineage = try fixture.nominal("lineage", "new/scores.csv:2").output
        #expect(lineage.contains("its map is highest in \(place.1); picture: new/overlays/000.png\n"), "\(lineage)")
        #expect(fixture.files(below: "out/models") == ["good.card.json", "good.card.md", "good.nominal"])
        #expect(try fixture.text("out/scores.csv").split(separator: "\n").count == 1)
    }
}
