import Folders
import Foundation
import Testing

@testable import nominal

/// The output of `--depfile`, read by GNU make.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/make"), "GNU make is not installed"))
struct DepfileTests {
    private let fixture: CommandLineFixture

    /// Image names with a meaning for make.
    private static let names = [
        "of today", "#1", "$(HOME)", "12:30", "a\\b", "a\\ b", "a\\#b", "semi;x", "pipe|x", "pct%x", "x=", "=1+1",
        "star*x", "[br]", "q?x", "tab\tx", "&", "~tilde", "(1)",
    ]

    init() throws { fixture = try CommandLineFixture() }

    private func write(makefile: String = "include depends.mk\n") throws {
        try fixture.write("out/metrics.json: tiny.json\n\t@echo made again\n" + makefile, to: "Makefile")
    }

    private func date(_ path: String, _ seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: seconds)], ofItemAtPath: path)
    }

    @Test("after a run, make has nothing to do until an image changes or is removed, whatever its name")
    func run() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        try write(makefile: "include depends.mk\nlast:\n\t@echo last $(NOM)\n")
        for name in Self.names {
            try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/test/good/\(name).png")
        }
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--depfile", "depends.mk")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try fixture.tool("make", "-q").status == 0)
        #expect(try fixture.tool("make", "last").output == "last\n")
        for name in Self.names {
            let image = fixture.place("data/wood/test/good/\(name).png")
            try date(image, 60)
            let changed = try fixture.tool("make", "-n")
            #expect((changed.status, changed.output) == (0, "echo made again\n"), "\(name): \(changed.errors)")
            try date(image, -60)
        }
        for name in Self.names { try fixture.remove("data/wood/test/good/\(name).png") }
        let gone = try fixture.tool("make", "-n")
        #expect((gone.status, gone.output) == (0, "echo made again\n"), "\(gone.errors)")
    }

    @Test("make finds files whose names contain any punctuation or control character, also after backslashes")
    func characters() throws {
        try write()
        try fixture.write("{}", to: "tiny.json")
        try fixture.write("{}", to: "out/metrics.json")
        let characters = (1..<128).map { Character(UnicodeScalar($0)) }.filter {
            !"/\n".contains($0) && !$0.isLetter && !$0.isNumber
        }
        let patterns = ["a#b", "#b", "\\\\#b", "% #b", "#|b;="]
        var paths: [String] = []
        for (number, pattern) in patterns.enumerated() {
            for character in characters {
                let name = pattern.replacing("#", with: String(character)) + ".png"
                if name.contains("\\"), name.contains(where: { "*?[".contains($0) }) { continue }
                let path = PathText.text(of: (fixture.place("d\(number)/") + name).utf8)
                try fixture.write("", to: "d\(number)/" + name)
                try date(fixture.place("d\(number)/" + name), -60)
                paths.append(path)
            }
        }
        let rule = try MakeRule(target: "out/metrics.json", files: ["tiny.json"] + paths, folders: [])
        try fixture.write(rule.bytes, to: "depends.mk")
        try date(fixture.place("tiny.json"), -60)
        let first = try fixture.tool("make", "-q")
        #expect(first.status == 0, "\(first.errors.prefix(400))")
        // The database of make has each file under its own name, and no other file.
        let names = paths.map { String(decoding: PathText.bytes(of: $0), as: UTF8.self) }
        for name in names { try date(name, 60) }
        let log = try fixture.tool("make", "-n", "--debug=b").output
        for name in names { #expect(log.contains("Prerequisite '\(name)' is newer than target"), "\(name)") }
        #expect(log.components(separatedBy: "' is newer than target").count == names.count + 1)
        for number in patterns.indices { try fixture.remove("d\(number)") }
        let gone = try fixture.tool("make", "-n")
        #expect((gone.status, gone.output) == (0, "echo made again\n"), "\(gone.errors.prefix(400))")
    }

    @Test(
        "a folder name may end in characters that make cannot express for a file",
        arguments: ["photos (1)", "blank ", "back\\", "amp&", "tab\t", "colon:"])
    func folders(name: String) throws {
        try write()
        try fixture.write("{}", to: "tiny.json")
        try fixture.write("", to: name + "/a.png")
        let path = PathText.text(of: fixture.place(name).utf8)
        let rule = try MakeRule(target: "out/metrics.json", files: ["tiny.json", path + "/a.png"], folders: [path])
        try fixture.write(rule.bytes, to: "depends.mk")
        for file in [name + "/a.png", "tiny.json", name] { try date(fixture.place(file), -60) }
        try fixture.write("{}", to: "out/metrics.json")
        let done = try fixture.tool("make", "-q")
        #expect(done.status == 0, "\(done.errors)")
        try date(fixture.place(name), 60)
        #expect(try fixture.tool("make", "-q").status == 1)
        try fixture.remove(name)
        #expect(try fixture.tool("make", "-n").output == "echo made again\n")
    }

    @Test("a name that make cannot express stops the run at its start, and an earlier file stays")
    func refused() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest(categories: ["wood"])
        try fixture.write("# earlier\n", to: "depends.mk")
        try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/test/good/x=\nNOM=id\ny=.png")
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--depfile", "depends.mk")
        #expect(outcome.status == 65)
        #expect(outcome.errors.contains("x=\\x0ANOM=id\\x0Ay=.png: GNU make cannot express this name"))
        #expect(try fixture.text("depends.mk") == "# earlier\n")
        #expect(!fixture.exists("out") && !fixture.exists(".nominal"))
    }

    @Test(
        "names that make cannot express are recognised",
        arguments: ["a\nb", "a ", "a\\", "~a", "a(1)", "define", "a\\*", "a\r"])
    func obstacles(name: String) {
        let path = PathText.text(of: name.utf8)
        #expect(throws: MakeRule.Fault.self) { try MakeRule(target: "out", files: [path], folders: []) }
    }

    @Test("A change of annotations makes the results out of date")
    func annotations() throws {
        try fixture.writeDemoData()
        try fixture.write(
            #"{"images": [{"id": 1, "file_name": "000.png", "width": 64, "height": 64}], "categories": [{"id": 1, "name": "a"}], "#
                + #""annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4]}]}"#,
            to: "labels.json")
        try fixture.write(
            """
            {
              "name": "tiny",
              "dataset": {
                "layout": "folder", "normal": "data/wood/train/good", "score": "data/wood/test/scratch",
                "groundTruth": { "format": "coco", "file": "labels.json" }
              },
              "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "training": { "steps": 2, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }
            }
            """, to: "tiny.json")
        try write()
        let outcome = try fixture.nominal("run", "tiny.json", "--output", "out", "--depfile", "depends.mk")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try fixture.tool("make", "-q").status == 0)
        // Other files beside the annotations mean nothing.
        try fixture.write("", to: "notes.txt")
        try date(fixture.path, 60)
        #expect(try fixture.tool("make", "-q").status == 0)
        try date(fixture.place("labels.json"), 60)
        #expect(try fixture.tool("make", "-q").status == 1)
    }
}
