import ContentStore
import Foundation
import Glibc
import Testing

/// What users get wrong: the message names the object and the remedy, the exit code tells the shell, nothing is left behind.
@Suite struct WrongUseTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    private func prepare() throws {
        try fixture.writeDemoData()
        try fixture.writeManifest()
        try fixture.writeManifest("category", categories: ["wood", "steel"])
        try fixture.write(
            try fixture.text("tiny.json").replacing("\"data\"", with: "\"elsewhere\""), to: "elsewhere.json")
        try fixture.write(
            try fixture.text("tiny.json").replacing("\"steps\": 6", with: "\"steps\": 6, \"learningRat\": 1"),
            to: "misspelt.json")
        try fixture.write("{ \"name\": \"a\",\n  \"dataset\": }", to: "malformed.json")
        try fixture.write("", to: "file")
        try fixture.write("no model, but long enough for a header", to: "text.nominal")
        try FileManager.default.createDirectory(atPath: fixture.place("empty"), withIntermediateDirectories: true)
    }

    @Test("A fault is told with the object and the remedy, and leaves nothing behind", arguments: WrongUse.all)
    func fault(_ use: WrongUse) throws {
        try prepare()
        let before = try fixture.signatures(below: "")
        let outcome = try fixture.finish(
            try fixture.start(arguments: use.arguments))
        #expect(outcome.status == use.status)
        for words in use.words { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
        #expect(outcome.output == "")
        let after = try fixture.signatures(below: "").filter {
            // A folder for results is marked as such before anything else.
            !$0.key.hasPrefix(".nominal/") && !$0.key.hasSuffix("/.nominal-results")
        }
        #expect(after == before)
        if use.status != 74 { #expect(!fixture.exists(".nominal") && !fixture.exists("runs")) }
    }

    @Test("validate lists every fault of every manifest, each with its place")
    func validate() throws {
        try prepare()
        try fixture.write(
            """
            {
              "name": "a b",
              "dataset": { "layout": "mvtec", "root": "data", "heldOutFraction": 3 },
              "image": { "width": 30 },
              "training": { "steps": "many", "lernrate": 1 }
            }
            """, to: "faults.json")
        let outcome = try fixture.nominal("validate", "tiny.json", "faults.json")
        #expect(outcome.status == 65)
        #expect(outcome.output == "tiny.json: valid\n")
        let lines = outcome.errors.split(separator: "\n")
        for (place, pointer) in [
            ("2:11", "/name"), ("3:70", "/dataset/heldOutFraction"), ("4:23", "/image/width"),
            ("5:26", "/training/steps"),
            ("5:34", "/training/lernrate"),
        ] { #expect(lines.count { $0.hasPrefix("faults.json:\(place): \(pointer): found ") } == 1, "\(pointer)") }
        #expect(lines.count == 5)
    }

    @Test("A run waits up to --lock-timeout for a store that another machine has open, then exits with 75")
    func lockedStore() throws {
        try prepare()
        let store = try ContentStore(path: fixture.place(".nominal"))
        try fixture.write("another boot\nnode7\n", to: ".nominal/locks/host")
        let outcome = try fixture.nominal("run", "tiny.json", "--lock-timeout", "0.2")
        #expect(outcome.status == 75)
        #expect(
            outcome.errors.contains("waiting for the store .nominal, which is in use by a program on the machine node7")
        )
        #expect(outcome.errors.contains("is open on the machine node7"))
        #expect(outcome.errors.contains("--lock-timeout"))
        withExtendedLifetime(store) {}
    }

    @Test("A model file that was cut or altered is refused", arguments: ["cut", "altered"])
    func damagedModel(_ damage: String) throws {
        try prepare()
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        var bytes = try AtomicFile.read(fixture.place("runs/tiny/models/wood.nominal"))
        if damage == "cut" { bytes.removeLast(bytes.count / 2) } else { for i in 12..<40 { bytes[i] ^= 0xA5 } }
        try fixture.write(bytes, to: "damaged.nominal")
        let outcome = try fixture.nominal("score", "--model", "damaged.nominal", "data/wood/test")
        #expect(outcome.status == 65)
        #expect(outcome.errors.hasPrefix("error: damaged.nominal"))
        #expect(!fixture.exists("runs/score-test"))
    }

    @Test("A folder to score that is empty is 65, one that is missing 66; neither leaves anything")
    func nothingToScore() throws {
        try prepare()
        #expect(try fixture.nominal("run", "tiny.json").status == 0)
        let model = "runs/tiny/models/wood.nominal"
        for (folder, status) in [("empty", Int32(65)), ("none", 66)] {
            let outcome = try fixture.nominal("score", "--model", model, folder, "--store", "other")
            #expect(outcome.status == status)
            #expect(outcome.errors.contains("/\(folder): no "))
            #expect(!fixture.exists("runs/score-\(folder)") && !fixture.exists("other"))
        }
    }
}
