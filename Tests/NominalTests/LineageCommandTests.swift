import ContentStore
import Foundation
import Testing

@Suite("Lineage, attestations and doing it again", .serialized)
struct LineageCommandTests {
    let fixture: CommandLineFixture

    /// A small job that has run.
    init() throws {
        fixture = try CommandLineFixture()
        for number in 0..<5 {
            try fixture.writeImage(
                Float(number) / 10, width: 16, height: 16, to: "data/bolt/train/good/00\(number).png")
        }
        try fixture.writeImage(0.9, width: 16, height: 16, to: "data/bolt/test/dent/000.png")
        try fixture.writeImage(0.25, width: 16, height: 16, to: "data/bolt/test/good/000.png")
        try fixture.write(
            """
            {
              "name": "tiny", "dataset": { "layout": "mvtec", "root": "data", "categories": ["bolt"] },
              "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }
            }
            """, to: "tiny.json")
        let outcome = try fixture.nominal("run", "tiny.json", "-q")
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("From a row of scores to the images and the manifest; the ways to name a thing lead to the same")
    func row() throws {
        let row = try fixture.nominal("lineage", "runs/tiny/scores.csv:2", "--files")
        #expect(row.status == 0, "\(row.errors)")
        for number in 0..<5 { #expect(row.output.contains("train/good/00\(number).png")) }
        #expect(row.output.contains("test/dent/000.png"))
        #expect(row.output.contains("manifest tiny.json  \(Digest.of(try fixture.bytes("tiny.json")))"))
        let short = try fixture.nominal("lineage", "runs/tiny/scores.csv:2")
        #expect(short.output.contains("5 images\n"))
        #expect(short.output.contains("test/dent/000.png\n") && !short.output.contains("train/good/000.png"))
        let tree = { (text: String) in text.components(separatedBy: "\n\n").dropFirst().joined() }
        for thing in [
            "bolt/test/dent/000.png", "test/dent/000.png", "data/bolt/test/dent/000.png",
            "runs/tiny/anomaly_maps/bolt/test/dent/000.tiff",
        ] {
            let other = try fixture.nominal("lineage", thing, "--files")
            #expect(other.status == 0, "\(other.errors)")
            #expect(tree(other.output) == tree(row.output), "\(thing)")
        }
    }

    @Test("Downwards, an image of the training set leads to the report; the page and the graph are written")
    func down() throws {
        let down = try fixture.nominal("lineage", "data/bolt/train/good/000.png", "--down")
        #expect(down.output.contains("bolt/train") && down.output.contains("report"))
        #expect(down.output.contains("2 verdicts rest on it"))
        let tested = try fixture.nominal("lineage", "data/bolt/test/dent/000.png", "--down", "--files")
        #expect(tested.output.contains("1 verdict rests on it") && tested.output.contains("test/dent/000.png  "))
        let dot = try fixture.nominal("lineage", "1", "--dot")
        #expect(dot.output.hasPrefix("digraph lineage {"))
        #expect(fixture.exists("runs/tiny/lineage.html"))
        #expect(
            try fixture.nominal("lineage", "tiny.json").output.hasPrefix("manifest tiny.json, as run 1 had it last"))
        let json = try fixture.nominal("lineage", "1", "--json")
        #expect(
            (try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])?["version"] as? Int == 1)
    }

    @Test(
        "What is not known is refused with what would be",
        arguments: [
            ("nonsense", 66), ("runs/tiny", 65), ("data/bolt", 65), ("99", 66), ("runs/tiny/scores.csv:99", 65),
        ])
    func refused(_ thing: (text: String, status: Int32)) throws {
        let outcome = try fixture.nominal("lineage", thing.text)
        #expect(outcome.status == thing.status, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error: ") && outcome.output.isEmpty)
    }

    @Test("A run done again in a fresh store is equal in every step; an image that changed since is named")
    func reproduce() throws {
        let again = try fixture.nominal("reproduce", "1", "-q")
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.output.contains("steps came out equal") && !again.output.contains("the first that did not"))
        try fixture.writeImage(0.05, width: 16, height: 16, to: "data/bolt/train/good/000.png")
        let changed = try fixture.nominal("reproduce", "runs/tiny/models/bolt.nominal", "-q")
        #expect(changed.status == 1)
        #expect(
            changed.output.contains("the first that did not: bolt/ingest")
                && changed.output.contains("train/good/000.png"))
    }

    @Test("An attestation holds for the results as they are, and is found not to for ones that were changed")
    func attestation() throws {
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        let again = try fixture.nominal("keys", "create", "key")
        #expect(again.status == 65 && again.errors.contains("never written over"))
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.place("key"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try fixture.nominal("attest", "1", "--key", "key", "--output", "a.json").status == 0)
        let verify = {
            try fixture.nominal("verify", "--attestation", "a.json", "--public-key", "key.pub", "--folder", "runs/tiny")
        }
        let sound = try verify()
        #expect(sound.status == 0, "\(sound.errors)")
        try fixture.write("x", to: "runs/tiny/metrics.json")
        try fixture.remove("runs/tiny/scores.csv")
        let changed = try verify()
        #expect(changed.status == 1)
        #expect(
            changed.errors.contains("metrics.json: its content is")
                && changed.errors.contains("scores.csv: attested, and not there"))
        try fixture.write(
            try fixture.text("a.json").replacing("\"payload\" : \"e", with: "\"payload\" : \"f"), to: "a.json")
        #expect(try verify().status == 65)
        let seed = try fixture.text("key").split(separator: "\n")[1]
        for name in try FileManager.default.subpathsOfDirectory(atPath: fixture.place(".nominal")) {
            guard let bytes = try? fixture.bytes(".nominal/" + name) else { continue }
            #expect(!String(decoding: bytes, as: UTF8.self).contains(seed), "the private key is in \(name)")
        }
    }

    @Test("The history is whole after a run, and the attestation is an anchor in it")
    func history() throws {
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        #expect(try fixture.nominal("attest", "1", "--key", "key", "--output", "a.json").status == 0)
        #expect(try fixture.nominal("run", "tiny.json", "-q").status == 0)
        let whole = try fixture.nominal("verify", "--history", "--attestation", "a.json", "--public-key", "key.pub")
        #expect(whole.status == 0, "\(whole.errors)")
        let other = try fixture.nominal("verify", "--history", "--through", "3:" + String(repeating: "0", count: 64))
        #expect(other.status == 1 && other.errors.contains("does not lead through entry 3"))
        #expect(try fixture.nominal("verify", "--history", "--through", "3").status == 64)
        #expect(try fixture.nominal("verify", "--attestation", "a.json").status == 64)
    }
}
