import Foundation
import Testing

/// Symbolic links in named folders.
@Suite struct LinkTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try FileManager.default.moveItem(atPath: fixture.place("data/wood"), toPath: fixture.place("cache"))
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: fixture.place(name), withDestinationPath: target)
    }

    @Test(
        "A category that links out of the root is rejected before anything is created, and followed if the manifest allows it"
    )
    func run() throws {
        try link("data/wood", to: "../cache")
        try fixture.writeManifest(categories: ["wood"], steps: 2)
        let refused = try fixture.nominal("run", "tiny.json")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("data/wood is a link to"), "\(refused.errors)")
        #expect(refused.errors.contains("\"links\": \"follow\""))
        #expect(!fixture.exists(".nominal") && !fixture.exists("runs"))
        for command in ["plan", "preview"] { #expect(try fixture.nominal(command, "tiny.json").status == 65) }
        try fixture.writeManifest(categories: ["wood"], dataset: ", \"links\": \"follow\"", steps: 2)
        let followed = try fixture.nominal("run", "tiny.json")
        #expect(followed.status == 0, "\(followed.errors)")
        // Following links changes no result and no key.
        try FileManager.default.removeItem(atPath: fixture.place("data/wood"))
        try FileManager.default.moveItem(atPath: fixture.place("cache"), toPath: fixture.place("data/wood"))
        try fixture.writeManifest(categories: ["wood"], steps: 2)
        #expect(try fixture.nominal("run", "tiny.json").errors.contains("nothing to do"))
    }

    @Test("score, init and evaluate reject links out of the folder, and follow them with --follow-links")
    func flags() throws {
        try FileManager.default.copyItem(atPath: fixture.place("cache"), toPath: fixture.place("data/wood"))
        try fixture.writeManifest(categories: ["wood"], steps: 2)
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let score = ["score", "--model", "runs/tiny/models/wood.nominal", "new"]
        let evaluate = ["evaluate", "--maps", "maps", "--ground-truth", "data"]
        let initialise = ["init", "new", "--manifest", "new.json", "--force"]
        try FileManager.default.createDirectory(atPath: fixture.place("new"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: fixture.place("runs/tiny/anomaly_maps"), toPath: fixture.place("maps"))
        for number in 0..<3 { try link("new/\(number).png", to: "../cache/train/good/00\(number).png") }
        let map = "maps/wood/test/good/000.tiff"
        try FileManager.default.moveItem(atPath: fixture.place(map), toPath: fixture.place("000.tiff"))
        try link(map, to: fixture.place("000.tiff"))
        for arguments in [score, evaluate, initialise] {
            let refused = try fixture.finish(try fixture.start(arguments: arguments))
            #expect(refused.status == 65 && refused.errors.contains("--follow-links"), "\(refused.errors)")
            let followed = try fixture.finish(try fixture.start(arguments: arguments + ["--follow-links"]))
            #expect(followed.status == 0, "\(followed.errors)")
        }
        #expect(try fixture.text("new.json").contains("\"links\": \"follow\""))
    }

    @Test("Results are not written through a link in their folder")
    func results() throws {
        try FileManager.default.moveItem(atPath: fixture.place("cache"), toPath: fixture.place("data/wood"))
        try fixture.writeManifest(categories: ["wood"], steps: 2)
        for name in ["runs/tiny", "elsewhere"] {
            try FileManager.default.createDirectory(
                atPath: fixture.place(name), withIntermediateDirectories: true)
        }
        try link("runs/tiny/anomaly_maps", to: "../../elsewhere")
        let refused = try fixture.nominal("run", "tiny.json")
        #expect(refused.status == 74)
        #expect(refused.errors.contains("runs/tiny/anomaly_maps is a link to ../../elsewhere"), "\(refused.errors)")
        #expect(fixture.files(below: "elsewhere").isEmpty)
        try fixture.remove("runs/tiny/anomaly_maps")
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        // A link that the user names as the folder of results is followed.
        try link("runs/other", to: "../elsewhere")
        #expect(try fixture.nominal("run", "tiny.json", "--output", "runs/other").status == 0)
        #expect(fixture.exists("elsewhere/metrics.json"))
    }

    @Test("Files far beyond their plausible size are not read")
    func limits() throws {
        func sparse(_ name: String, _ bytes: UInt64) throws {
            try fixture.write("", to: name)
            let handle = try #require(FileHandle(forWritingAtPath: fixture.place(name)))
            try handle.truncate(atOffset: bytes)
            try handle.close()
        }
        try sparse("huge.nominal", 3 << 30)
        let model = try fixture.nominal("score", "--model", "huge.nominal", "data/woven_cloth/test/good")
        #expect(model.status == 65 && model.errors.contains("holds 3221225472 bytes, expected at most"), "\(model)")
        #expect(try fixture.nominal("models", "register", "huge.nominal").status == 65)
        try sparse("run/metrics.json", 1 << 30)
        let compared = try fixture.nominal("compare", "run", "run")
        #expect(compared.errors.contains("run/metrics.json"), "\(compared)")
        #expect(compared.errors.contains("expected at most"), "\(compared)")
        try fixture.write("image,score\n", to: "table.csv")
        try sparse("scores.csv", 1 << 30)
        try fixture.write("", to: "maps/good/a.tiff")
        let table = try fixture.nominal(
            "evaluate", "--maps", "maps", "--ground-truth", "data", "--scores", "scores.csv")
        #expect(table.status == 65 && table.errors.contains("expected a table of scores"), "\(table)")
        try sparse("huge.json", 1 << 30)
        #expect(try fixture.nominal("validate", "huge.json").status == 65)
        // Larger than the memory of any machine.
        try sparse("runs/vast/metrics.json", 1 << 40)
        try fixture.write("", to: "runs/vast/report.html")
        let page = try fixture.nominal("report", "--all")
        #expect(page.status == 0 && page.errors.contains("runs/vast/metrics.json"), "\(page)")
        try sparse("vast", 1 << 40)
        for arguments in [
            ["keys", "show", "vast"], ["verify", "--attestation", "vast", "--public-key", "vast"],
        ] {
            let outcome = try fixture.nominal(environment: [:], arguments)
            #expect(outcome.status == 65 && outcome.errors.contains("expected at most"), "\(arguments): \(outcome)")
        }
    }
}
