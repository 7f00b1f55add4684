import Testing

@Suite struct InitTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    /// Plans the manifest from init unchanged, then runs it with a tiny network and training.
    private func runs(_ manifest: String) throws {
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
        let outcome = try fixture.nominal("init", "data/wood/train/good", "--score", "data/wood/test")
        #expect(outcome.status == 0)
        try runs("good.json")
        let rows = try fixture.text("out/scores.csv").split(separator: "\n")
        #expect(rows.count == 1 + 7)
        #expect(rows.dropFirst().allSatisfy { $0.hasPrefix("good,") && $0.contains(".png,,") })
        #expect(try fixture.text("out/metrics.json").contains("\"imageAUROC\" : null"))
    }

    @Test("A plain folder with nothing to score gives a model")
    func onlyNormalImages() throws {
        #expect(try fixture.nominal("init", "data/wood/train/good").status == 0)
        try runs("good.json")
        #expect(fixture.files(below: "out/models") == ["good.card.json", "good.card.md", "good.nominal"])
        #expect(try fixture.text("out/scores.csv").split(separator: "\n").count == 1)
    }
}
