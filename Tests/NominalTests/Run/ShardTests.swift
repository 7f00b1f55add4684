import ContentStore
import Foundation
import Testing

/// Scoring a folder of images in shards.
@Suite struct ShardTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("tiny", categories: ["wood"], steps: 4)
        #expect(try fixture.nominal("run", "tiny.json", "--store", "st", "--output", "run").status == 0)
    }

    private let model = "run/models/wood.nominal"

    private func images() -> String { "data/wood/test" }

    private func score(_ shard: String, _ more: String..., output: String = "out") throws -> CommandLineFixture.Outcome
    {
        try fixture.nominal(
            environment: [:],
            ["score", "--model", model, images(), "--output", output, "--store", "st", "--shard", shard, "--quiet"]
                + more)
    }

    private func merge() throws -> CommandLineFixture.Outcome { try fixture.nominal("score", "--merge", "out") }

    @Test(
        "Merged shards equal a single run byte for byte, for any number of shards",
        arguments: [1, 3, 40])
    func same(count: Int) throws {
        #expect(
            try fixture.nominal("score", "--model", model, images(), "--output", "whole", "--store", "st").status == 0)
        for number in 1...count {
            let outcome = try score("\(number)/\(count)")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        for _ in 0..<2 {
            let merged = try merge()
            #expect(merged.status == 0, "\(merged.errors)")
            for name in ["scores.csv", "scores.json"] {
                #expect(try fixture.bytes("out/\(name)") == fixture.bytes("whole/\(name)"))
            }
            for folder in ["anomaly_maps", "overlays"] {
                let files = fixture.files(below: "whole/\(folder)")
                #expect(fixture.files(below: "out/\(folder)") == files && !files.isEmpty)
                for file in files {
                    #expect(try fixture.bytes("out/\(folder)/\(file)") == fixture.bytes("whole/\(folder)/\(file)"))
                }
            }
        }
    }

    @Test(
        "Missing, foreign and edited shards are found before anything is written"
    )
    func faults() throws {
        #expect(try score("1/2").status == 0)
        let missing = try merge()
        #expect(
            missing.status == 66
                && missing.errors.contains("1 of 2 shards are not done: 2; run nominal score --shard 2/2"))
        #expect(try score("2/2", "--tolerance", "1").status == 0)
        let tolerance = try merge()
        #expect(tolerance.status == 65 && tolerance.errors.contains("shard 2 of 2 was made with another tolerance"))
        try fixture.writeImage(0.5, width: 64, height: 64, to: images() + "/good/zzz.png")
        #expect(try score("2/2").status == 0)
        let list = try merge()
        #expect(list.status == 65 && list.errors.contains("another list of images: the folder has changed"))
        #expect(try score("1/2").status == 0)
        try fixture.write("[]", to: "out/shard-2-of-2/scores.json")
        let edited = try merge()
        #expect(edited.status == 65 && edited.errors.contains("scores.json differs from what shard 2/2 wrote"))
        #expect(!fixture.exists("out/scores.csv"))
        #expect(try score("2/2").status == 0)
        #expect(try score("1/3").status == 0)
        let several = try merge()
        #expect(several.status == 65 && several.errors.contains("shards of 2 and of 3; remove the folders"))
    }

    @Test(
        "An invalid record of a shard is reported",
        arguments: ["", "{}", "[]", "null", "{\"version\": 9}", "{\"shard\": 1, \"count\": 2}", "\u{0}"])
    func hostileRecord(text: String) throws {
        #expect(try score("1/1").status == 0)
        let whole = try fixture.text("out/shard-1-of-1/shard.json")
        try fixture.write(text, to: "out/shard-1-of-1/shard.json")
        #expect(try merge().status == 65)
        // Records of another shard or version.
        for (old, new) in [
            ("\"shard\" : 1", "\"shard\" : 2"), ("\"version\" : 2", "\"version\" : 3"),
            ("\"imageCount\" : 7", "\"imageCount\" : 8"),
        ] {
            try fixture.write(whole.replacingOccurrences(of: old, with: new), to: "out/shard-1-of-1/shard.json")
            #expect(try merge().status == 65)
        }
    }

    @Test("Merging detects a flipped bit in any file of a shard and names the file")
    func damaged() throws {
        #expect(try score("1/1").status == 0)
        let folder = "out/shard-1-of-1"
        let map = try #require(fixture.files(below: "\(folder)/anomaly_maps").first)
        for file in ["shard.json", "scores.json", "exports.json", "anomaly_maps/\(map)"] {
            let whole = try fixture.bytes("\(folder)/\(file)")
            for bit in stride(from: 5, to: whole.count * 8, by: max(1, whole.count * 8 / 5)) {
                var damaged = whole
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                try fixture.remove("\(folder)/\(file)")
                try fixture.write(damaged, to: "\(folder)/\(file)")
                let outcome = try merge()
                #expect(outcome.status == 65 && outcome.errors.contains(file), "\(file), bit \(bit): \(outcome)")
            }
            try fixture.remove("\(folder)/\(file)")
            try fixture.write(whole, to: "\(folder)/\(file)")
        }
        #expect(try merge().status == 0)
    }

    @Test("An image in two shards is reported")
    func twice() throws {
        #expect(try score("1/1").status == 0 && score("1/1", output: "other").status == 0)
        // As if the second of two shards had scored all images.
        for (number, source) in [(1, "out"), (2, "other")] {
            let folder = "merged/shard-\(number)-of-2"
            try fixture.write(fixture.bytes("\(source)/shard-1-of-1/scores.json"), to: "\(folder)/scores.json")
            try fixture.write("{}", to: "\(folder)/exports.json")
            let record = try fixture.text("\(source)/shard-1-of-1/shard.json")
            // With its matching digest.
            let unsealed = record.replacing(/"sha256" : "[0-9a-f]+"/, with: "\"sha256\" : \"\"")
                .replacing("\"shard\" : 1", with: "\"shard\" : \(number)").replacing(
                    "\"count\" : 1", with: "\"count\" : 2")
            try fixture.write(
                unsealed.replacing("\"sha256\" : \"\"", with: "\"sha256\" : \"\(Digest.of(text: unsealed).hex)\""),
                to: "\(folder)/shard.json")
        }
        let outcome = try fixture.nominal("score", "--merge", "merged")
        #expect(outcome.status == 65 && outcome.errors.contains("is in the results of shard 1 and of shard 2"))
    }
}
