import Testing

@Suite("Folders of results")
struct ResultsFolderTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        try #require(try fixture.nominal("run", "tiny.json", "--output", "trained").status == 0)
    }

    private func shell(_ script: String) throws -> CommandLineFixture.Outcome {
        try fixture.tool("sh", "-c", "N=\(CommandLineFixture.program.path); " + script)
    }

    private func rows(_ file: String) throws -> Int { try fixture.text(file).split(separator: "\n").count - 1 }

    @Test("Scoring a folder that contains its own results scores only the images, repeatedly")
    func scoring() throws {
        for _ in 0..<3 {
            let outcome = try shell(
                "cd data/wood/test/good; exec $N score . --model ../../../../trained/models/wood.nominal --quiet")
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try rows("data/wood/test/good/runs/score-good/scores.csv") == 2)
        }
        let outcome = try shell(
            "cd data/wood/test/good; exec $N score . --model ../../../../trained/models/wood.nominal")
        #expect(outcome.errors.contains("results that Nominal wrote are not read as images"), "\(outcome)")
        let inner = try fixture.nominal("score", "trained/overlays", "--model", "trained/models/wood.nominal")
        #expect(inner.status == 65 && inner.errors.contains("folder of results"), "\(inner)")
    }

    @Test("Folders with the same name keep separate results in stable places")
    func sameName() throws {
        for line in ["line1", "line2"] {
            try fixture.writeImage(line == "line1" ? 0.4 : 0.6, width: 64, height: 64, to: "\(line)/new/\(line).png")
        }
        var places: [String: String] = [:]
        for line in ["line1", "line2", "line2", "line1"] {
            let outcome = try fixture.nominal(
                "score", line + "/new", "--model", "trained/models/wood.nominal", "--quiet")
            let place = String(
                outcome.output.split(separator: "\n").last?.dropFirst("scores: ".count) ?? "")
            #expect(try fixture.text(place).contains("\(line).png"))
            #expect(places.updateValue(place, forKey: line) ?? place == place)
        }
        #expect(places["line1"] == "runs/score-new/scores.csv" && places["line2"] != places["line1"])
    }

    @Test("An output folder in the data set is skipped, and one with images is rejected")
    func outputInDataset() throws {
        try fixture.write(
            try fixture.text("tiny.json").replacing(
                #""layout": "mvtec", "root": "data", "categories": ["wood"]"#,
                with: #""layout": "folder", "normal": "data/wood/train/good""#), to: "plain.json")
        let output = "data/wood/train/good/results"
        for _ in 0..<2 {
            #expect(try fixture.nominal("run", "plain.json", "--output", output, "--quiet").status == 0)
        }
        _ = try fixture.nominal("preview", "plain.json", "--output", output, "--quiet")
        let plan = try fixture.nominal("plan", "plain.json")
        #expect(plan.output.contains("0 tasks to run"), "\(plan)")
        for output in ["data/wood/train/good", "data", "."] {
            let outcome = try fixture.nominal("run", "plain.json", "--output", output, "--quiet")
            #expect(
                outcome.status == 65 && outcome.errors.contains("images lie in it"), "\(outcome)")
        }
        #expect(!fixture.exists("data/.nominal-results"))
    }
}
