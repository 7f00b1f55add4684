import Testing

@Suite struct DamagedImageTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
    }

    @Test("A damaged image ends the run with its name and the fault", arguments: DamagedImage.all)
    func fail(_ image: DamagedImage) throws {
        try image.damage(fixture)
        try fixture.writeManifest(categories: ["wood"])
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("error: wood/ingest/"))
        #expect(outcome.errors.contains("1 image cannot be used:\n  "))
        #expect(outcome.errors.contains(image.words))
        #expect(outcome.errors.contains("\"onBadImage\": \"quarantine\""))
        #expect(!fixture.exists("runs/tiny/metrics.json"))
        #expect(fixture.files(below: ".nominal/attempts").isEmpty)
    }

    @Test("In quarantine a damaged image is told, counted and left out", arguments: DamagedImage.all)
    func quarantine(_ image: DamagedImage) throws {
        try image.damage(fixture)
        try fixture.writeManifest(categories: ["wood"], dataset: #", "onBadImage": "quarantine""#)
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("warning: wood/ingest/"))
        #expect(outcome.errors.contains(image.words))
        #expect(try fixture.text("runs/tiny/report.html").contains("1 unreadable and set aside"))
        // The warning is a part of the result: it is there again when nothing runs.
        #expect(try fixture.nominal("run", "tiny.json").errors.contains(image.words))
    }

    @Test("A folder to score with a damaged image is refused by its name, or scored without it as asked")
    func scoring() throws {
        try fixture.writeManifest(categories: ["wood"])
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        try fixture.write("", to: "data/wood/test/good/empty.png")
        func score(_ more: String...) throws -> CommandLineFixture.Outcome {
            try fixture.finish(
                try fixture.start(
                    arguments: ["score", "--model", "runs/tiny/models/wood.nominal", "data/wood/test"] + more))
        }
        let refused = try score()
        #expect(refused.status == 1)
        #expect(refused.errors.contains("good/empty.png: the file is empty"))
        #expect(refused.errors.contains("--quarantine"))
        #expect(!fixture.exists("runs/score-test/scores.csv"))
        let scored = try score("--quarantine")
        #expect(scored.status == 0)
        #expect(scored.errors.contains("set aside: good/empty.png"))
        #expect(try fixture.text("runs/score-test/scores.csv").split(separator: "\n").count == 1 + 7)
    }

    @Test("With --keep-going the other category is finished and exported")
    func keepGoing() throws {
        try DamagedImage.all[0].damage(fixture)
        try fixture.writeManifest()
        let outcome = try fixture.nominal("run", "tiny.json", "--keep-going")
        #expect(outcome.status == 1)
        #expect(fixture.exists("runs/tiny/models/woven_cloth.nominal"))
        #expect(fixture.exists("runs/tiny/anomaly_maps/woven_cloth/test/good/000.tiff"))
        #expect(!fixture.exists("runs/tiny/models/wood.nominal"))
    }
}
