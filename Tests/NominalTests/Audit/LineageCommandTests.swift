import Console
import ContentStore
import Foundation
import PythonTestSupport
import Testing

@Suite("Lineage, attestations and reproduction", .serialized)
struct LineageCommandTests {
    let fixture: CommandLineFixture

    /// The folder of a small finished job.
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

    @Test("A row of scores leads to the images and the manifest, however the subject is named")
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

    @Test("With --down, a training image leads to the report; page and graph are written")
    func down() throws {
        let down = try fixture.nominal("lineage", "data/bolt/train/good/000.png", "--down")
        #expect(down.output.contains("bolt/train") && down.output.contains("report"))
        #expect(down.output.contains("2 verdicts depend on it"))
        let tested = try fixture.nominal("lineage", "data/bolt/test/dent/000.png", "--down", "--files")
        #expect(tested.output.contains("1 verdict depends on it") && tested.output.contains("test/dent/000.png  "))
        let dot = try fixture.nominal("lineage", "1", "--dot")
        #expect(dot.output.hasPrefix("digraph lineage {"))
        #expect(fixture.exists("runs/tiny/lineage.html"))
        #expect(
            try fixture.nominal("lineage", "tiny.json").output.hasPrefix("manifest tiny.json, as run 1 had it last"))
        let json = try fixture.nominal("lineage", "1", "--json")
        #expect(
            (try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])?["version"] as? Int == 2)
        // A text among the parameters has no quotation marks of its own.
        #expect(json.output.contains("\"onBadImage\" : \"fail\""))
    }

    @Test(
        "Unknown subjects are rejected with the accepted ones",
        arguments: [
            ("nonsense", 66), ("runs/tiny", 65), ("runs/tiny/lineage.html", 65), ("runs/tiny/exports.json", 65),
            ("data/bolt", 65), ("99", 66), ("runs/tiny/scores.csv:99", 65),
        ])
    func refused(_ thing: (text: String, status: Int32)) throws {
        let outcome = try fixture.nominal("lineage", thing.text)
        #expect(outcome.status == thing.status, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error: ") && outcome.output.isEmpty)
    }

    @Test("A reproduced run is equal in every step; a changed image is named")
    func reproduce() throws {
        // The folder of a killed program is removed; a new one of another program stays.
        try fixture.write("", to: "tmp/nominal-reproduce-old/lock")
        try fixture.write("", to: "tmp/nominal-reproduce-new/lock")
        // An impossible process number.
        try fixture.write("", to: "tmp/nominal-reproduce-2147483647-x/lock")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7200)],
            ofItemAtPath: fixture.place("tmp/nominal-reproduce-old"))
        let again = try fixture.nominal(environment: ["TMPDIR": fixture.place("tmp")], "reproduce", "1", "-q")
        #expect(again.status == 0, "\(again.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.place("tmp")) == ["nominal-reproduce-new"])
        #expect(again.output.contains("steps are equal") && !again.output.contains("first difference"))
        try fixture.writeImage(0.05, width: 16, height: 16, to: "data/bolt/train/good/000.png")
        let changed = try fixture.nominal("reproduce", "runs/tiny/models/bolt.nominal", "-q")
        #expect(changed.status == 1)
        #expect(
            changed.output.contains("first difference: bolt/ingest")
                && changed.output.contains("train/good/000.png"))
        try fixture.write(
            Array(try fixture.bytes("data/bolt/test/good/000.png").dropLast(30)), to: "data/bolt/test/good/000.png")
        let failing = try fixture.nominal("reproduce", "1", "-q")
        #expect(failing.status == 1, "\(failing)")
        #expect(failing.output.contains("finished steps are equal"), "\(failing)")
    }

    @Test("An attestation verifies unchanged results and rejects changed ones")
    func attestation() throws {
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        let again = try fixture.nominal("keys", "create", "key")
        #expect(again.status == 65 && again.errors.contains("never overwritten"))
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.place("key"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let attested = try fixture.nominal("attest", "1", "--key", "key", "--output", "a.json")
        #expect(attested.status == 0 && !attested.errors.contains("warning"), "\(attested)")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: fixture.place("key"))
        let readable = try fixture.nominal("attest", "1", "--key", "key", "--output", "a.json")
        #expect(readable.status == 0 && readable.errors.contains("warning: key: "), "\(readable)")
        #expect(readable.errors.contains("run chmod 600 key"))
        let verify = {
            try fixture.nominal("verify", "--attestation", "a.json", "--public-key", "key.pub", "--folder", "runs/tiny")
        }
        let sound = try verify()
        #expect(sound.status == 0, "\(sound.errors)")
        #expect(sound.output.contains("run 1 ended as succeeded"))
        #expect(sound.errors.contains("note: runs/tiny/lineage.html: not attested"))
        try fixture.write("x", to: "runs/tiny/models/more.nominal")
        let more = try verify()
        #expect(
            more.status == 1 && more.errors.contains("error: runs/tiny/models/more.nominal: not attested"), "\(more)")
        #expect(more.output.contains("runs/tiny: 1 file is not attested"))
        let json = try fixture.nominal(
            "verify", "--attestation", "a.json", "--public-key", "key.pub", "--folder", "runs/tiny", "--json")
        #expect(json.status == 1 && json.output.contains("\"kind\" : \"notAttested\""), "\(json)")
        try fixture.remove("runs/tiny/models/more.nominal")
        let unknown = try fixture.nominal("attest", "9", "--key", "key")
        #expect(
            unknown.status == 66 && unknown.errors.contains("which has run 1; nominal runs lists them"), "\(unknown)")
        try fixture.write("x", to: "runs/tiny/metrics.json")
        try fixture.remove("runs/tiny/scores.csv")
        let changed = try verify()
        #expect(changed.status == 1)
        #expect(
            changed.errors.contains("metrics.json: changed: its digest is")
                && changed.errors.contains("scores.csv: attested, but missing"))
        try fixture.write(
            try fixture.text("a.json").replacing("\"payload\" : \"e", with: "\"payload\" : \"f"), to: "a.json")
        #expect(try verify().status == 65)
        let seed = try fixture.text("key").split(separator: "\n")[1]
        for name in try FileManager.default.subpathsOfDirectory(atPath: fixture.place(".nominal")) {
            guard let bytes = try? fixture.bytes(".nominal/" + name) else { continue }
            #expect(!String(decoding: bytes, as: UTF8.self).contains(seed), "the private key is in \(name)")
        }
    }

    @Test("The history is intact after a run, and the attestation refers to one of its entries")
    func history() throws {
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        #expect(try fixture.nominal("attest", "1", "--key", "key", "--output", "a.json").status == 0)
        #expect(try fixture.nominal("run", "tiny.json", "-q").status == 0)
        let whole = try fixture.nominal("verify", "--history", "--attestation", "a.json", "--public-key", "key.pub")
        #expect(whole.status == 0, "\(whole.errors)")
        let other = try fixture.nominal("verify", "--history", "--through", "3:" + String(repeating: "0", count: 64))
        #expect(other.status == 1 && other.errors.contains("lacks the entry 3"))
        #expect(try fixture.nominal("verify", "--history", "--through", "3").status == 64)
        #expect(try fixture.nominal("verify", "--attestation", "a.json").status == 64)
    }

    @Test("An attestation has the key, the attempt and the parameters of every task")
    func tasks() throws {
        let statement = try attested("1")
        let parameters = try #require(internalParameters(statement))
        let steps = try #require(parameters["steps"] as? [[String: Any]])
        let keys = steps.flatMap { ($0["tasks"] as? [[String: Any]] ?? []).compactMap { $0["key"] as? String } }
        let graph = try JSONSerialization.jsonObject(
            with: Data(try fixture.nominal("lineage", "1", "--json").output.utf8))
        let actions = try #require((graph as? [String: Any])?["actions"] as? [[String: Any]])
        #expect(Set(keys) == Set(actions.compactMap { $0["key"] as? String }) && keys.count == actions.count)
        let corrupt = try #require(steps.first { $0["name"] as? String == "bolt/corrupt" })
        let tasks = try #require(corrupt["tasks"] as? [[String: Any]])
        #expect(tasks.count == 2 && tasks.allSatisfy { $0["parameters"] is [String: String] && $0["run"] as? Int == 1 })
    }

    @Test(
        "A recomputed result belongs to the later run; if it differs, nothing is attested")
    func madeAgain() throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: fixture.place(".nominal/objects"))
        where name.contains("/") { try fixture.remove(".nominal/objects/" + name) }
        #expect(try fixture.nominal("run", "tiny.json", "-q").status == 0)
        let tree = try fixture.nominal("lineage", "1")
        #expect(tree.output.contains("were made or imported after run 1 began, in run 2"), "\(tree)")
        #expect(try fixture.nominal("verify", "--history").status == 0)
        let tasks = try #require(internalParameters(try attested("1"))?["steps"] as? [[String: Any]])
            .flatMap { $0["tasks"] as? [[String: Any]] ?? [] }
        let again = tasks.filter { $0["run"] as? Int == 2 }
        #expect(!again.isEmpty)
        #expect(again.allSatisfy { ($0["madeAgain"] as? [String: Any])?["result"] as? String == "equal" })
        #expect(again.allSatisfy { ($0["madeAgain"] as? [String: Any])?["firstRun"] as? Int == 1 })
    }

    @Test(
        "A store with an edited history is not attested, and the row is named",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func refusedAttestations() throws {
        #expect(try fixture.nominal("keys", "create", "key").status == 0)
        try fixture.remove(".nominal/objects/" + objectOfModel())
        #expect(try fixture.nominal("run", "tiny.json", "-q").status == 0)
        #expect(try fixture.nominal("attest", "1", "--key", "key").status == 0)
        for (edit, undo, named) in [
            (
                "UPDATE execution SET command = command || 'x' WHERE id = 1",
                "UPDATE execution SET command = rtrim(command, 'x') WHERE id = 1",
                "the run 1 was edited after it was recorded in entry"
            ),
            (
                "UPDATE job SET task = task || 'x' WHERE id = 2", "UPDATE job SET task = rtrim(task, 'x') WHERE id = 2",
                "the attempt 2 was edited after it was recorded in entry"
            ),
            (
                "UPDATE generatedBy SET artifact = (SELECT max(artifact) FROM generatedBy) WHERE action = 2", "",
                "were edited after they were recorded in entry"
            ),
        ] {
            try fixture.sql(edit)
            for run in ["1", "2"] {
                let edited = try fixture.nominal("attest", run, "--key", "key", "--output", "edited.json")
                #expect(edited.status == 65 && edited.errors.contains(named), "\(edited)")
                #expect(edited.errors.contains("nominal verify --history lists all of them"), "\(edited)")
            }
            #expect(!fixture.exists("edited.json"))
            if !undo.isEmpty { try fixture.sql(undo) }
        }
    }

    @Test("Imported results are shown and attested as imported, with the run that made them")
    func imported() throws {
        #expect(try fixture.nominal("export", "1", "--output", "b.bundle", "-q").status == 0)
        #expect(try fixture.nominal("import", "b.bundle", "--store", "other", "-q").status == 0)
        #expect(try fixture.nominal("run", "tiny.json", "--store", "other", "--output", "runs/other", "-q").status == 0)
        let tree = try fixture.nominal("lineage", "runs/other/scores.csv:2", "--store", "other")
        #expect(tree.status == 0, "\(tree)")
        #expect(tree.output.contains("imported in run 1 at ") && tree.output.contains(", made 20"), "\(tree)")
        #expect(tree.output.contains("run 1 of another store, by the bundle's record"), "\(tree)")
        let tasks = try #require(
            internalParameters(try attested("2", "--store", "other"))?["steps"] as? [[String: Any]]
        ).flatMap { $0["tasks"] as? [[String: Any]] ?? [] }
        #expect(tasks.contains { ($0["imported"] as? [String: Any])?["run"] as? Int == 1 })
        let written = try fixture.nominal(
            "lineage", "2", "--store", "other", "--prov", "p.json", "--openlineage", "o.jsonl", "--ro-crate", "crate")
        #expect(written.status == 0, "\(written)")
        #expect(try fixture.text("p.json").contains("nominal:maker-"))
        #expect(try fixture.text("crate/ro-crate-metadata.json").contains("#maker-"))
    }

    @Test("Documents keep image sizes, distinguish attempts of two stores, and create no empty folder")
    func documents() throws {
        func write(_ store: String) throws -> String {
            let outcome = try fixture.nominal(
                "lineage", "1", "--store", store, "--prov", "p.json", "--openlineage", "o.jsonl", "--ro-crate", "crate")
            #expect(outcome.status == 0, "\(outcome)")
            return try fixture.text("o.jsonl")
        }
        let first = try write(".nominal")
        #expect(!fixture.exists("crate/blobs"))
        let prov = try JSONSerialization.jsonObject(with: Data(try fixture.bytes("p.json"))) as? [String: Any]
        let entities = try #require(prov?["entity"] as? [String: [String: Any]])
        let model = try #require(Digest.of(try fixture.bytes("runs/tiny/models/bolt.nominal")).hex as String?)
        #expect(entities["nominal:sha256-" + model]?["nominal:sizeBytes"] != nil)
        #expect(
            try fixture.nominal("run", "tiny.json", "--store", "second", "--output", "runs/second", "-q").status == 0)
        func runs(_ events: String) -> Set<String> {
            Set(
                events.split(separator: "\n").compactMap {
                    $0.firstMatch(of: /"run":{"facets".*?"runId":"([^"]*)"}/)?.1
                }.map(String.init))
        }
        let (one, two) = (runs(first), runs(try write("second")))
        #expect(!one.isEmpty && one.isDisjoint(with: two))
    }

    @Test("A registered model appears by name in the tree")
    func registered() throws {
        #expect(try fixture.nominal("models", "register", "runs/tiny/models/bolt.nominal").status == 0)
        let tree = try fixture.nominal("lineage", "runs/tiny/scores.csv:2")
        #expect(tree.output.contains(/bolt\/calibrate .*  bolt@1\n/), "\(tree)")
    }

    @Test("A failed run is attested and verified as failed")
    func failed() throws {
        for number in 0..<3 { try fixture.write("no image", to: "data/nut/train/good/00\(number).png") }
        try fixture.writeImage(0.5, width: 16, height: 16, to: "data/nut/test/good/000.png")
        try fixture.write(
            try fixture.text("tiny.json").replacing("[\"bolt\"]", with: "[\"bolt\", \"nut\"]"), to: "two.json")
        #expect(try fixture.nominal("run", "two.json", "--keep-going", "-q").status == 1)
        let statement = try attested("2")
        let metadata = ((statement["predicate"] as? [String: Any])?["runDetails"] as? [String: Any])?["metadata"]
        #expect((metadata as? [String: Any])?["nominal_outcome"] as? String == "failed")
        let verified = try fixture.nominal("verify", "--attestation", "a.json", "--public-key", "key.pub")
        #expect(verified.status == 0 && verified.output.contains("run 2 ended as failed"), "\(verified)")
        #expect(
            verified.errors.contains("warning: run 2 ended as failed: the attestation covers the results until then"))
    }

    /// Returns the statement of a run, signed by a new key.
    private func attested(_ run: String, _ more: String...) throws -> [String: Any] {
        if !fixture.exists("key") { #expect(try fixture.nominal("keys", "create", "key").status == 0) }
        let outcome = try fixture.nominal(
            environment: [:], ["attest", run, "--key", "key", "--output", "a.json"] + more)
        #expect(outcome.status == 0, "\(outcome)")
        let envelope = try JSONSerialization.jsonObject(with: Data(try fixture.bytes("a.json"))) as? [String: Any]
        let payload = try #require((envelope?["payload"] as? String).flatMap { Data(base64Encoded: $0) })
        return try #require(try JSONSerialization.jsonObject(with: payload) as? [String: Any])
    }

    private func internalParameters(_ statement: [String: Any]) -> [String: Any]? {
        let definition = (statement["predicate"] as? [String: Any])?["buildDefinition"] as? [String: Any]
        return definition?["internalParameters"] as? [String: Any]
    }

    private func objectOfModel() throws -> String {
        let hex = Digest.of(try fixture.bytes("runs/tiny/models/bolt.nominal")).hex
        return "\(hex.prefix(2))/\(hex.dropFirst(2))"
    }

}
