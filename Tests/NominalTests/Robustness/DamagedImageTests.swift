import ContentStore
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

    @Test("With quarantine a damaged image is reported, counted and skipped", arguments: DamagedImage.all)
    func quarantine(_ image: DamagedImage) throws {
        try image.damage(fixture)
        try fixture.writeManifest(categories: ["wood"], dataset: #", "onBadImage": "quarantine""#)
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("warning: wood/ingest/"))
        #expect(outcome.errors.contains(image.words))
        #expect(try fixture.text("runs/tiny/report.html").contains("1 unreadable and set aside"))
        // The warning is part of the result and appears again when nothing runs.
        #expect(try fixture.nominal("run", "tiny.json").errors.contains(image.words))
    }

    @Test("Scoring a folder with a damaged image fails with its name, or skips it with --quarantine")
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

/// A kind of damage to an image file of the demo data.
struct DamagedImage: CustomTestStringConvertible {
    let testDescription: String
    /// The expected part of the message.
    let words: String
    let damage: @Sendable (CommandLineFixture) throws -> Void

    private static let file = "data/wood/train/good/003.png"

    static let all = [
        DamagedImage(
            testDescription: "a PNG that was cut", words: "train/good/003.png: the PNG ends early, after 300 bytes"
        ) { fixture in
            try fixture.write(Array(try AtomicFile.read(fixture.place(file)).prefix(300)), to: file)
        },
        DamagedImage(testDescription: "an empty file", words: "train/good/003.png: the file is empty") {
            try $0.write("", to: file)
        },
        DamagedImage(
            testDescription: "a text",
            words:
                "train/good/003.png: not a PNG, TIFF, JPEG, BMP, PNM, WebP or JPEG 2000 image: its 9 bytes begin with"
        ) { try $0.write("no image\n", to: file) },
        DamagedImage(
            testDescription: "a PNG that is called JPEG",
            words: "train/good/004.jpg: the name says JPEG, the bytes are PNG; rename it to .png"
        ) { fixture in
            try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/train/good/004.jpg")
            try fixture.remove("data/wood/train/good/004.png")
        },
        DamagedImage(
            testDescription: "a mask of another size",
            words:
                "the mask of test/hole/000.png has 30 x 20 pixels, but the image has 64 x 64"
        ) { try $0.writeImage(1, width: 30, height: 20, to: "data/wood/ground_truth/hole/000_mask.png") },
    ]
}
