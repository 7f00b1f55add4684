import ContentStore
import Foundation
import Testing

/// What `nominal score` writes, and scoring of a folder that fills.
@Suite struct ScoreCommandTests {
    private let fixture: CommandLineFixture

    /// A fixture with a trained model, shared by all tests.
    private static let trained = Result {
        let fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("tiny", categories: ["wood"], steps: 4)
        #expect(try fixture.nominal("run", "tiny.json", "--output", "run").status == 0)
        return fixture
    }

    init() throws {
        fixture = try CommandLineFixture()
        let source = try ScoreCommandTests.trained.get()
        try fixture.write(try source.bytes("run/models/wood.nominal"), to: "wood.nominal")
        for (number, name) in source.files(below: "data/wood/test").sorted().enumerated() {
            try fixture.write(try source.bytes("data/wood/test/" + name), to: "ready/\(number).png")
        }
    }

    private func score(_ more: String..., output: String = "out") throws -> CommandLineFixture.Outcome {
        try fixture.nominal(
            environment: [:], ["score", "--model", "wood.nominal", "ready", "--output", output, "--store", "st"] + more)
    }

    /// The lines of a text as JSON objects, by image.
    private func lines(_ text: String) throws -> [String: NSDictionary] {
        var found: [String: NSDictionary] = [:]
        for line in text.split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary)
            found[try #require(object["image"] as? String)] = object
        }
        return found
    }

    @Test("--json writes what scores.json holds, a line per image with its digest, also for results of an earlier run")
    func json() throws {
        try fixture.write("no image", to: "ready/bad.png")
        for _ in 0..<2 {
            let outcome = try score("--json", "--quarantine")
            #expect(outcome.status == 0 && outcome.errors.contains("scores: out/scores.csv"), "\(outcome.errors)")
            let written = try lines(outcome.output)
            #expect(outcome.output.split(separator: "\n").count == 8 && written.count == 8)
            #expect((written["bad.png"]?["rejected"] as? String)?.contains("bad.png") == true)
            let table = try #require(
                try JSONSerialization.jsonObject(with: Data(try fixture.bytes("out/scores.json"))) as? [NSDictionary])
            #expect(table.count == 7)
            for row in table {
                let name = try #require(row["image"] as? String)
                let line = try #require(written[name]?.mutableCopy() as? NSMutableDictionary)
                #expect(line["sha256"] as? String == (try Digest.of(filePath: fixture.place("ready/" + name)).hex))
                line.removeObject(forKey: "sha256")
                #expect(line == row)
            }
        }
    }

    @Test("Without maps or overlays, the scores are the same and lineage still finds the image")
    func omissions() throws {
        #expect(try score().status == 0)
        #expect(fixture.files(below: "out/anomaly_maps").count == 7 && fixture.files(below: "out/overlays").count == 7)
        for (flags, maps, overlays) in [
            (["--no-maps"], 0, 7), (["--no-overlays"], 7, 0), (["--no-maps", "--no-overlays"], 0, 0),
        ] {
            let output = "out" + flags.joined()
            let outcome = try fixture.nominal(
                environment: [:],
                ["score", "--model", "wood.nominal", "ready", "--output", output, "--store", "other"] + flags)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(fixture.files(below: output + "/anomaly_maps").count == maps)
            #expect(fixture.files(below: output + "/overlays").count == overlays)
            #expect(try fixture.bytes(output + "/scores.csv") == fixture.bytes("out/scores.csv"))
        }
        let lineage = try fixture.nominal("lineage", "out--no-maps--no-overlays/scores.csv:2", "--store", "other")
        #expect(lineage.status == 0 && lineage.output.contains("0.png"), "\(lineage.errors)")
        let again = try fixture.nominal(
            "reproduce", "out--no-maps--no-overlays/scores.csv:2", "--manifest", "ready", "--store", "other")
        #expect(again.status == 0, "\(again.output)\(again.errors)")
    }

    // MARK: Watching

    private func watch(_ more: String...) throws -> RunningProgram {
        try fixture.start(
            arguments: [
                "score", "--model", "wood.nominal", "in", "--watch", "--json", "--settle", "0.1", "--output", "out",
                "--store", "st",
            ] + more)
    }

    private func copy(_ name: String, as other: String? = nil) throws {
        // A file that is renamed into the folder is complete at once.
        try fixture.write(try fixture.bytes("ready/" + name), to: "part")
        let target = fixture.place("in/" + (other ?? name))
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        #expect(unsafe rename(fixture.place("part"), target) == 0)
    }

    private var journal: [String: NSDictionary] {
        get throws {
            try lines(try fixture.text("out/scores.jsonl").split(separator: "\n").dropFirst().joined(separator: "\n"))
        }
    }

    @Test(
        "A watched folder's images are scored as they come, once, and a signal ends the program with 0",
        arguments: [SIGINT, SIGTERM])
    func watching(signal: Int32) throws {
        try fixture.write([], to: "in/notes.txt")
        try copy("0.png")
        let first = try watch()
        #expect(try first.waits(for: "\"0.png\"", in: first.output))
        try copy("1.png", as: "later/1.png")
        #expect(try first.waits(for: "\"later/1.png\"", in: first.output))
        try fixture.write(Array(try fixture.bytes("ready/2.png").prefix(500)), to: "in/2.png")
        #expect(try first.waits(for: "\"rejected\"", in: first.output))
        try copy("2.png")
        #expect(try first.waits(for: "\"2.png\",\"kind\"", in: first.output))
        kill(first.process.processIdentifier, signal)
        let outcome = try fixture.finish(first)
        #expect(outcome.status == 0 && outcome.errors.contains("3 images are finished"), "\(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count == 4)
        #expect(try Set(journal.keys) == ["0.png", "later/1.png", "2.png"])
        #expect(fixture.files(below: "out/overlays").sorted() == ["0.png", "2.png", "later/1.png"])
        try copy("3.png")
        let second = try watch()
        #expect(try second.waits(for: "\"3.png\"", in: second.output))
        kill(second.process.processIdentifier, signal)
        #expect(try fixture.finish(second).output.split(separator: "\n").count == 1)
        #expect(fixture.files(below: "out/overlays").count == 4)
        // The same scores as in one piece.
        try fixture.remove("in/notes.txt")
        #expect(
            try fixture.nominal("score", "--model", "wood.nominal", "in", "--output", "whole", "--json").status == 0)
        let whole = try lines(
            try fixture.nominal("score", "--model", "wood.nominal", "in", "--output", "whole", "--json").output)
        #expect(try whole == journal)
    }

    @Test("An image that is overwritten while it is scored does not end a watch, and its last content is scored")
    func overwritten() throws {
        try copy("0.png")
        let program = try watch()
        // Settled files are taken after 0.1 seconds, and a round lasts about as long.
        for round in 1...12 {
            try copy("\(round % 5).png", as: "0.png")
            usleep(110_000 + UInt32(round) * 5_000)
        }
        // A content that the journal cannot hold already.
        try copy("6.png", as: "0.png")
        let last = try Digest.of(filePath: fixture.place("ready/6.png")).hex
        #expect(try program.waits(for: last, in: fixture.place("out/scores.jsonl")))
        kill(program.process.processIdentifier, SIGTERM)
        let outcome = try fixture.finish(program)
        #expect(outcome.status == 0 && outcome.errors.contains("1 image is finished"), "\(outcome.errors)")
        #expect(try journal["0.png"]?["sha256"] as? String == last)
    }

    @Test("A link out of the folder, and a name that differs in its extension alone, do not end a watch")
    func strayFiles() throws {
        try copy("0.png")
        let program = try watch()
        #expect(try program.waits(for: "\"0.png\"", in: program.output))
        try FileManager.default.createSymbolicLink(
            atPath: fixture.place("in/link.png"), withDestinationPath: "../ready/3.png")
        // Precedes the finished image by its name.
        try copy("1.png", as: "0.jpg")
        try copy("2.png", as: "later/2.png")
        #expect(try program.waits(for: "\"later/2.png\",\"kind\"", in: program.output))
        try fixture.remove("in/later")
        try copy("4.png")
        #expect(try program.waits(for: "\"4.png\",\"kind\"", in: program.output))
        kill(program.process.processIdentifier, SIGTERM)
        let outcome = try fixture.finish(program)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try Set(journal.keys) == ["0.png", "later/2.png", "4.png"])
        #expect(outcome.errors.components(separatedBy: "link.png").count == 2, "\(outcome.errors)")
        #expect(outcome.errors.components(separatedBy: "skipped: 0.jpg: ").count == 2, "\(outcome.errors)")
    }

    @Test("A watch that is killed at any moment loses no image")
    func killedWatch() throws {
        var output = ""
        for (round, delay) in [60_000, 120_000, 180_000, 250_000, 350_000, 500_000, 1_000_000].enumerated() {
            try copy("\(round).png")
            let program = try watch()
            usleep(UInt32(delay))
            kill(program.process.processIdentifier, SIGKILL)
            output += try fixture.finish(program).output
        }
        let last = try watch()
        while last.process.isRunning, try journal.count < 7 { usleep(10_000) }
        kill(last.process.processIdentifier, SIGTERM)
        let outcome = try fixture.finish(last)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try lines(output + outcome.output) == journal)
        #expect(try fixture.text("out/scores.jsonl").split(separator: "\n").count == 8)
    }

    @Test("A watch refuses results of another model or threshold, and options of finished folders")
    func refusals() throws {
        try copy("0.png")
        let program = try watch()
        #expect(try program.waits(for: "\"0.png\"", in: program.output))
        kill(program.process.processIdentifier, SIGTERM)
        #expect(try fixture.finish(program).status == 0)
        let other = try fixture.finish(try watch("--threshold", "0.5"))
        #expect(
            other.status == 65 && other.errors.contains("scores.jsonl: it was begun with another model"), "\(other)")
        for options in [["--shard", "1/2"], ["--settle", "-1"]] {
            let wrong = try fixture.nominal(
                environment: [:], ["score", "--model", "wood.nominal", "in", "--watch"] + options)
            #expect(wrong.status == 64, "\(wrong.errors)")
        }
        let missing = try fixture.nominal("score", "--model", "wood.nominal", "nowhere", "--watch")
        #expect(missing.status == 66, "\(missing.errors)")
        let inside = try fixture.nominal("score", "--model", "wood.nominal", "in", "--watch", "--output", "in")
        #expect(inside.status == 65 && inside.errors.contains("images lie in it"), "\(inside)")
    }
}
