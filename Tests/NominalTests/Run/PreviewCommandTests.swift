import Foundation
import Imaging
import Testing

@Suite struct PreviewCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest()
    }

    @Test("A preview draws a picture per model and trains nothing")
    func pictures() throws {
        let outcome = try fixture.nominal("preview", "tiny.json", "--samples", "6")
        #expect(outcome.status == 0)
        #expect(
            outcome.output == """
                wood: runs/tiny/preview/wood.png
                woven_cloth: runs/tiny/preview/woven_cloth.png

                """)
        #expect(!outcome.errors.contains("train/0"))
        #expect(
            fixture.files(below: "runs")
                == [".nominal-results", "exports.json", "wood.png", "woven_cloth.png"].map { "tiny/preview/" + $0 })
        let sheet = try ImageDecoder.decode(path: fixture.place("runs/tiny/preview/wood.png")).image
        #expect(sheet.channels == 3 && sheet.width > sheet.height)
        #expect(try fixture.nominal("preview", "tiny.json", "--samples", "6").errors.contains("nothing to do"))
    }

    @Test("Preview and run leave each other's files alone")
    func exports() throws {
        #expect(try fixture.nominal("run", "tiny.json", "--output", "out").status == 0)
        let run = try fixture.signatures(below: "out")
        #expect(try fixture.nominal("preview", "tiny.json", "--output", "out").status == 0)
        let both = try fixture.signatures(below: "out")
        #expect(both.filter { !$0.key.hasPrefix("preview/") } == run)
        #expect(both.keys.contains("preview/wood.png"))
        #expect(try fixture.nominal("run", "tiny.json", "--output", "out").status == 0)
        #expect(try fixture.signatures(below: "out") == both)
        // A category that the job no longer has leaves no picture behind.
        try fixture.writeManifest(categories: ["wood"])
        #expect(try fixture.nominal("preview", "tiny.json", "--output", "out").status == 0)
        #expect(!fixture.exists("out/preview/woven_cloth.png"))
        #expect(fixture.exists("out/models/woven_cloth.nominal"))
    }

    @Test("An invalid number of samples is reported and leaves no file behind", arguments: ["0", "101", "-1", "many"])
    func wrongSamples(samples: String) throws {
        let outcome = try fixture.nominal("preview", "tiny.json", "--samples=\(samples)")
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("samples"))
        #expect(!fixture.exists("runs") && !fixture.exists(".nominal"))
    }
}
