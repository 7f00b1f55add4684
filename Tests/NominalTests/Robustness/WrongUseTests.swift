import ContentStore
import Foundation
import Glibc
import Testing

/// User errors: the message names the object and the remedy, the exit code is right, and no file is left behind.
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

    @Test("A user error names the object and the remedy, and leaves no file behind", arguments: WrongUse.all)
    func fault(_ use: WrongUse) throws {
        try prepare()
        let before = try fixture.signatures(below: "")
        let outcome = try fixture.finish(
            try fixture.start(arguments: use.arguments))
        #expect(outcome.status == use.status)
        for words in use.words { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
        #expect(outcome.output == "")
        let after = try fixture.signatures(below: "").filter {
            // A folder for results is marked first.
            !$0.key.hasPrefix(".nominal/") && !$0.key.hasSuffix("/.nominal-results")
        }
        #expect(after == before)
        if use.status != 74 { #expect(!fixture.exists(".nominal") && !fixture.exists("runs")) }
    }

    @Test("validate lists every fault of every manifest with its place")
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

    @Test("A command waits for a store in use until the timeout, then exits with 75")
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

    @Test("A truncated or altered model file is rejected", arguments: ["cut", "altered"])
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

    @Test("Scoring an empty folder exits with 65, a missing one with 66; neither leaves a file behind")
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

/// A user error with its exit code and its message.
struct WrongUse: CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    let status: Int32
    /// Parts of the message: the object, the fault, the remedy.
    let words: [String]

    init(_ description: String, _ arguments: String..., status: Int32, words: String...) {
        (testDescription, self.arguments, self.status, self.words) = (description, arguments, status, words)
    }

    /// Errors in a folder with `tiny.json`, its data, an empty folder `empty`, a regular file `file`, a text
    /// `text.nominal`, and manifests with faults.
    static let all = [
        WrongUse(
            "a missing manifest", "run", "none.json", status: 66,
            words: "none.json: there is no such file", "correct the path"),
        WrongUse(
            "a folder for a manifest", "run", "empty", status: 65, words: "empty: this is a folder", "nominal init"),
        WrongUse(
            "a manifest that is not JSON", "run", "malformed.json", status: 65,
            words: "malformed.json:2:14: found '}'; expected a value"),
        WrongUse(
            "an empty manifest", "run", "file", status: 65, words: "file:1:1: found no value; expected one JSON value",
            "write"),
        WrongUse(
            "a misspelt key", "run", "misspelt.json", status: 65,
            words: "misspelt.json:7:17: ", "unknown key \"learningRat\"", "did you mean \"learningRate\"?"),
        WrongUse(
            "a missing data set", "run", "elsewhere.json", status: 66,
            words: "/elsewhere: no such folder", "Correct the path", "make data"),
        WrongUse(
            "a missing category", "run", "category.json", status: 66,
            words: "no category \"steel\"", "found brushed_metal, wood, woven_cloth", "Correct \"categories\""),
        WrongUse(
            "an unknown option", "run", "tiny.json", "--frob", status: 64, words: "Unknown option '--frob'"),
        WrongUse(
            "a model that is neither a file nor registered", "score", "--model", "a/b", "empty", status: 66,
            words: "a/b: neither a model file nor the name", "nominal models lists registered models"),
        WrongUse(
            "a registered model without a store", "score", "--model", "wood@2", "empty", status: 66,
            words: "wood@2: no such model file", "no store .nominal"),
        WrongUse(
            "a promotion of the model in production", "models", "promote", "wood", status: 64,
            words: "wood@production is in production already", "wood@latest"),
        WrongUse("a command that does not exist", "fly", status: 64, words: "Unknown command \"fly\"\n"),
        WrongUse(
            "a misspelt command", "evalute", "--maps", "a", status: 64,
            words: "Unknown command \"evalute\". Did you mean \"nominal evaluate\"?\n"),
        WrongUse("the beginning of a command", "prev", status: 64, words: "Did you mean \"nominal preview\"?\n"),
        WrongUse("the word of another program", "train", status: 64, words: "Did you mean \"nominal run\"?\n"),
        WrongUse(
            "a misspelt command of a group", "models", "promot", "wood@1", status: 64,
            words: "Unexpected argument 'wood@1'. Did you mean \"nominal models promote\"?\n"),
        WrongUse(
            "a manifest for a command", "tiny.json", status: 64,
            words: "Unknown command \"tiny.json\". Did you mean \"nominal run tiny.json\"?\n"),
        WrongUse(
            "a folder for a command", "empty", status: 64,
            words: "Unknown command \"empty\". Did you mean \"nominal init empty\"?\n"),
        WrongUse(
            "a folder for a model", "score", "--model", "empty", "empty", status: 66,
            words: "empty: this is a folder; expected a model file"),
        WrongUse(
            "a file for init", "init", "file", status: 65, words: "/file: this is a file; expected a folder of images"),
        WrongUse(
            "a number out of its range", "run", "tiny.json", "--jobs", "0", status: 64,
            words: "--jobs is 0; expected 1 to 1024"),
        WrongUse(
            "a store below a regular file", "run", "tiny.json", "--store", "file/store", "--output", "empty",
            status: 74, words: "Cannot create the folder file", "move away what is there"),
        WrongUse(
            "results below a regular file", "run", "tiny.json", "--output", "file/runs", status: 74,
            words: "file/runs: cannot write here (Cannot create the folder file", "--output"),
        WrongUse(
            "demo data below a regular file", "demo-data", "file/data", status: 74,
            words: "Cannot create the folder file", "move away what is there"),
        WrongUse(
            "demo data with an invalid size", "demo-data", "new", "--size", "3", status: 65,
            words: "'size' is 3, expected 64 to 2048"),
        WrongUse(
            "a missing model", "score", "--model", "none.nominal", "empty", status: 66,
            words: "none.nominal: neither a model file nor the name", "runs/NAME/models/"),
        WrongUse(
            "a text file as a model", "score", "--model", "text.nominal", "data/wood/test", status: 65,
            words: "text.nominal is not a file of the format NOMMODEL", "give the right file"),
        WrongUse(
            "a missing folder for init", "init", "none", status: 66, words: "/none: no such folder", "Correct"
        ),
        WrongUse(
            "a folder for init without images", "init", "empty", status: 65, words: "/empty",
            "expected PNG, TIFF, JPEG, BMP, PNM, WebP or JPEG 2000 files"),
        WrongUse(
            "a missing store for gc", "gc", "--max-size", "0", status: 74,
            words: ".nominal is not a usable store: there is no store here", "give the path of a store"),
        WrongUse("a size that is none", "gc", "--max-size", "20Q", status: 64, words: "20Q", "--max-size"),
        WrongUse("a time that is none", "gc", "--keep-used", "30", status: 64, words: "30", "--keep-used"),
        WrongUse(
            "a missing store for verify", "verify", "--store", "none", status: 74,
            words: "none is not a usable store"),
        WrongUse(
            "an unknown kind of verification", "run", "tiny.json", "--verify", "all", status: 64, words: "content"),
        WrongUse(
            "a missing bundle", "import", "none", status: 66, words: "none: no such file", "nominal export"),
        WrongUse(
            "a file that is not a bundle", "import", "file", status: 65,
            words: "file is not a usable bundle", "nothing was imported"),
        WrongUse(
            "an image as a bundle", "import", "data/wood/test/good/000.png", status: 65,
            words: "000.png is not a usable bundle: it does not begin with bundle.json"),
        WrongUse(
            "a manifest that init would overwrite", "init", "data", "--manifest", "tiny.json", status: 64,
            words: "tiny.json exists already", "--force"),
    ]
}
