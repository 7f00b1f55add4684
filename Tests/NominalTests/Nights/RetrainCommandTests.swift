import ContentStore
import Foundation
import ModelRegistry
import Testing

/// Nights of retraining.
@Suite struct RetrainCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        #expect(
            try fixture.nominal(
                "demo-data", "made", "--size", "64", "--train", "24", "--test-good", "2", "--test-defect", "1"
            ).status == 0)
        try manifest("night", retrain: "")
        try copy(0..<10, to: "base")
        try fixture.write("", to: "incoming/readme.txt")
    }

    private func manifest(_ name: String, retrain: String) throws {
        try fixture.write(
            """
            {
              "name": "plant", "dataset": { "layout": "folder", "normal": "base", "heldOutFraction": 0.2 },
              "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "training": { "steps": 6, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 },
              "retrain": { "incoming": "incoming", "settleSeconds": 0, "stepsPerImage": 1, "gate": { "falseAlarms": 1, "recall": 1, "criterion": 1 }\(retrain) }
            }
            """, to: name + ".json")
    }

    private func copy(_ numbers: Range<Int>, to folder: String) throws {
        for number in numbers {
            let digits = "\(1000 + number)".dropFirst()
            try fixture.write(try fixture.bytes("made/wood/train/good/\(digits).png"), to: "\(folder)/\(digits).png")
        }
    }

    private func night(_ day: Int, _ more: String..., manifest: String = "night.json") throws
        -> CommandLineFixture.Outcome
    {
        let arguments = ["retrain", manifest, "--date", "2026-03-\(day < 10 ? "0" : "")\(day)", "--by", "timer"] + more
        return try fixture.finish(try fixture.start(arguments: arguments))
    }

    @Test("A night of a model whose night is running exits with 75 and names it")
    func anotherNight() throws {
        #expect(try night(1).status == 0)
        let store = try ContentStore(path: fixture.place(".nominal"))
        let lock = try store.lockNights(of: "plant")
        let second = try night(2)
        #expect(second.status == 75 && second.errors.contains("another night of plant"), "\(second)")
        withExtendedLifetime((store, lock)) {}
    }

    @Test("Nights without a model, with new images, without, and after decisions on the quarantine")
    func nights() throws {
        let preview = try night(1, "--dry-run")
        #expect(
            preview.status == 0 && preview.output.contains("base set:      10 images, 10 of them new"), "\(preview)")
        #expect(!fixture.exists(".nominal"))
        let first = try night(1)
        #expect(first.status == 0 && first.output.contains("promoted version 1, the first"), "\(first)")
        #expect(fixture.exists("runs/plant/nights/2026-03-01/report.html"))
        let card = try fixture.text("runs/plant/nights/2026-03-01/card.md")
        #expect(try fixture.nominal("models", "card", "plant@1").output == card)
        #expect(card.contains("| Start | new weights |") && card.contains("Not measured: "), "\(card)")
        // As if the night had been killed while it wrote its files.
        for name in ["card.md", "exports.json"] { try fixture.remove("runs/plant/nights/2026-03-01/" + name) }
        #expect(try night(2).output == "plant: nothing new; plant@1 stays in production\n")
        #expect(try fixture.text("runs/plant/nights/2026-03-01/card.md") == card)
        #expect(fixture.exists("runs/plant/nights/2026-03-01/exports.json"))
        #expect(try night(2).status == 10)

        try copy(10..<16, to: "incoming/monday")
        try copy(15..<16, to: "incoming/again")
        try fixture.write("no image", to: "incoming/broken.png")
        let second = try night(3)
        #expect(second.status == 0, "\(second)")
        #expect(second.output.contains("promoted version 2, in place of version 1"), "\(second)")
        #expect(second.output.contains("1 unusable") && second.output.contains("incoming/broken.png"), "\(second)")
        let warm = try fixture.nominal("models", "card", "plant@2", "--json").output
        #expect(warm == (try fixture.text("runs/plant/nights/2026-03-03/card.json")))
        #expect(warm.contains("\"startedFrom\"") && warm.contains("\"rule\" : \"warmStart\""), "\(warm)")
        #expect(second.output.contains("anchor        version 1, which is in production too"), "\(second)")
        #expect(second.output.contains("false alarms, against the anchor"), "\(second)")
        #expect(try fixture.text("runs/plant/nights/2026-03-03/report.html").contains("against the anchor"))
        #expect(try fixture.nominal("models", "anchor", "plant").output == "plant@1 is the anchor\n")
        #expect(try fixture.nominal("models", "show", "plant@1").output.contains("anchor      of the nights of plant"))
        #expect(try night(4).status == 10)
        #expect(try fixture.nominal("models", "show", "plant").output.contains("by timer: night of 2026-03-03"))

        // A screening that is too strict quarantines everything.
        try manifest("strict", retrain: #", "screening": 0.1"#)
        try fixture.writeImage(1, width: 32, height: 32, to: "incoming/white.png")
        let third = try night(5, manifest: "strict.json")
        #expect(third.status == 10 && third.output.contains("1 quarantined"), "\(third)")
        #expect(third.output.contains("no new model: nothing new to train on"), "\(third)")
        let listed = try fixture.nominal("quarantine", "list", "plant", "--pictures", "held")
        let number = try #require(listed.output.split(separator: "\t").first.map(String.init))
        #expect(listed.output.contains("incoming/white.png") && fixture.exists("held/\(number).png"), "\(listed)")
        // A label file with regions rejects; the last decision counts.
        let scored = try fixture.nominal(
            "score", "--model", "plant@production", "incoming", "--output", "review", "--quarantine")
        #expect(scored.status == 0, "\(scored)")
        try fixture.write(
            #"{"images": [{"id": 1, "file_name": "white.png", "width": 32, "height": 32}], "categories": [{"id": 1, "name": "a"}], "#
                + #""annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4]}]}"#,
            to: "marked.json")
        let labelled = try fixture.nominal("quarantine", "label", "plant", "marked.json", "--by", "bob")
        #expect(labelled.output == "0 accepted, 1 rejected, 0 not in marked.json\n", "\(labelled)")
        #expect(
            try fixture.nominal("quarantine", "label", "plant", "review/regions.json").output.hasPrefix("0 accepted"))
        #expect(try fixture.nominal("quarantine", "label", "plant", "night.json").status == 65)
        let accepted = try fixture.nominal("quarantine", "accept", "plant", number, "--by", "ann", "--reason", "a lid")
        #expect(accepted.output == "1 image accepted, for the next night\n")
        let all = try fixture.nominal("quarantine", "list", "plant", "--all").output
        #expect(all.contains("accepted by ann") && all.contains("a lid"), "\(all)")
        let fourth = try night(6)
        #expect(
            fourth.output.contains("1 new to the model") || fourth.output.contains("nothing new"),
            "\(fourth)")

        let forced = try night(6, "--scratch")
        #expect([0, 10].contains(forced.status) && forced.output.contains("night of 2026-03-06"), "\(forced)")
        let nights = try fixture.nominal("nights", "plant").output
        #expect(nights.hasPrefix("2026-03-01\tpromoted\tpromoted version 1, the first\n2026-03-03\t"), "\(nights)")
        #expect(try fixture.nominal("nights", "plant", "2026-03-03").output.hasPrefix("plant, night of 2026-03-03: "))
        let check = try night(7, "--check", "2026-03-03")
        #expect(check.status == 0 && check.output.contains("both are equal"), "\(check)")
    }

    @Test("A killed night resumes with the next call and gives the same result")
    func killed() throws {
        #expect(try night(1).status == 0)
        try copy(10..<20, to: "incoming")
        let other = try CommandLineFixture()
        for name in ["night.json", ".nominal", "base", "incoming"] {
            try FileManager.default.copyItem(atPath: fixture.place(name), toPath: other.place(name))
        }
        let program = try fixture.start("retrain", "night.json", "--date", "2026-03-02", "--progress", "json")
        #expect(try program.waits(for: "plant/train/0000"))
        kill(program.process.processIdentifier, SIGKILL)
        _ = try fixture.finish(program)
        // The night uses the manifest that it started with.
        let text = try fixture.text("night.json").replacing(#""stepsPerImage": 1"#, with: #""stepsPerImage": 2"#)
        try fixture.write(text, to: "night.json")
        let resumed = try night(3)
        #expect(resumed.status == 0, "\(resumed)")
        #expect(resumed.errors.contains("resuming the interrupted night 2026-03-02 of plant"), "\(resumed)")
        #expect(resumed.errors.contains("uses the manifest that it started with"), "\(resumed)")
        #expect(resumed.output.contains("night of 2026-03-02: promoted version 2"), "\(resumed)")
        let undisturbed = try other.nominal("retrain", "night.json", "--date", "2026-03-02")
        #expect(undisturbed.status == 0, "\(undisturbed)")
        func digest(_ fixture: CommandLineFixture) throws -> Substring? {
            try fixture.nominal("models", "show", "plant@2").output.split(separator: "\n").first {
                $0.hasPrefix("digest")
            }
        }
        #expect(try digest(fixture) == digest(other))
    }

    @Test("A night from scratch may change the image size; labelled images count but are not trained on")
    func scratch() throws {
        #expect(try night(1).status == 0)
        try copy(10..<16, to: "incoming")
        try fixture.write(try fixture.bytes("made/wood/test/good/000.png"), to: "incoming/labelled.png")
        try manifest("labelled", retrain: #", "start": "scratch""#)
        let text = try fixture.text("labelled.json")
            .replacing(#""width": 32, "height": 32"#, with: #""width": 48, "height": 40"#)
            .replacing(#""gate": {"#, with: #""gate": { "labelled": "made/wood","#)
        try fixture.write(text, to: "labelled.json")
        let outcome = try night(2, manifest: "labelled.json")
        #expect([0, 10].contains(outcome.status), "\(outcome)")
        for words in [
            "7: 6 admitted, 1 near-duplicates", "image AUROC of labelled images",
        ] { #expect(outcome.output.contains(words), "\(outcome)") }
        let page = try fixture.text("runs/plant/nights/2026-03-02/report.html")
        #expect(page.contains("a labelled image of the gate"))
        let card = try fixture.text("runs/plant/nights/2026-03-02/card.md")
        #expect(card.contains("From test labels, which were used neither in training"), "\(card)")
        let check = try night(3, "--check", "2026-03-02", manifest: "labelled.json")
        #expect(check.status == 0 && check.output.contains("both are equal"), "\(check)")
    }

    @Test("A base model replaces the first training, by name or digest")
    func base() throws {
        #expect(try fixture.nominal("run", "night.json", "--output", "out").status == 0)
        #expect(try fixture.nominal("models", "register", "out/models/plant.nominal", "--name", "old").status == 0)
        try manifest("based", retrain: #", "base": "old@1""#)
        try copy(10..<15, to: "incoming")
        let outcome = try night(1, manifest: "based.json")
        #expect(outcome.errors.contains("plant@1 is in production: old@1 is the base of the manifest"), "\(outcome)")
        #expect(outcome.output.contains("promoted version 2, in place of version 1"), "\(outcome)")
        let shown = try fixture.nominal("models", "show", "old@1").output
        let digest = try #require(
            shown.split(separator: "\n").first { $0.hasPrefix("digest") }?.split(separator: " ").last)
        try manifest("digested", retrain: #", "model": "other", "base": "\#(digest)""#)
        #expect(try night(2, manifest: "digested.json").errors.contains("other@1 is in production"))
        try manifest("unknown", retrain: #", "model": "third", "base": "old@7""#)
        let unknown = try night(3, manifest: "unknown.json")
        #expect(unknown.status == 66 && unknown.errors.contains("its versions are 1"), "\(unknown)")
    }

    @Test("An abandoned or overtaken night leaves its images to the next one")
    func givenUp() throws {
        #expect(try night(1).status == 0)
        try copy(10..<20, to: "incoming")
        func killed() throws {
            let program = try fixture.start("retrain", "night.json", "--date", "2026-03-02", "--progress", "json")
            #expect(try program.waits(for: "plant/train/0000"))
            kill(program.process.processIdentifier, SIGKILL)
            _ = try fixture.finish(program)
        }
        try killed()
        let given = try night(3, "--abandon")
        #expect(given.output.contains("the night 2026-03-02 is abandoned"), "\(given)")
        #expect(try night(3, "--abandon").output == "plant: no night is open\n")
        try killed()
        try fixture.write(try fixture.bytes("made/wood/train/good/021.png"), to: "other/0.png")
        try fixture.write(try fixture.bytes("made/wood/train/good/022.png"), to: "other/1.png")
        try fixture.write(
            try fixture.text("night.json").replacing(#""normal": "base""#, with: #""normal": "other""#),
            to: "other.json")
        #expect(try fixture.nominal("run", "other.json", "--output", "out").status == 0)
        #expect(try fixture.nominal("models", "register", "out/models/plant.nominal").status == 0)
        #expect(try fixture.nominal("models", "promote", "plant@latest").status == 0)
        let next = try night(4)
        #expect(next.output.contains("no new model: another model was promoted meanwhile"), "\(next)")
        #expect(next.output.contains("night of 2026-03-04: promoted version 3, in place of version 2"), "\(next)")
        #expect(next.output.contains("10 new to the model"), "\(next)")
    }

    @Test("User errors are explained and change nothing")
    func wrongUse() throws {
        try fixture.write(#"{"name": "plain", "dataset": {"layout": "folder", "normal": "base"}}"#, to: "plain.json")
        try manifest("within", retrain: "")
        let within = try fixture.text("night.json").replacing(
            #""incoming": "incoming""#, with: #""incoming": "base/new""#)
        try fixture.write(within, to: "within.json")
        try fixture.write(
            try fixture.text("night.json").replacing(#""baseWidth": 4"#, with: #""baseWidth": 8"#), to: "wider.json")
        for (arguments, status, words) in [
            (["retrain", "plain.json"], 65, "no section \"retrain\""),
            (["retrain", "within.json"], 65, "a folder of their own"),
            (["retrain", "night.json", "--date", "2026-02-30"], 64, "expected a day such as 2026-11-26"),
            (["retrain", "night.json", "--check", "2026-03-01"], 74, "there is no store here"),
            (["retrain", "night.json", "--abandon", "--dry-run"], 64, "exclude each other"),
            (["quarantine", "accept", "plant"], 64, "choose images by exactly one"),
            (["nights", "plant", "--page", "x.html"], 64, "--page needs a night"),
        ] as [([String], Int32, String)] {
            let outcome = try fixture.finish(try fixture.start(arguments: arguments))
            #expect(outcome.status == status && outcome.errors.contains(words), "\(arguments) \(outcome)")
        }
        #expect(!fixture.exists(".nominal"))
        #expect(try night(1).status == 0)
        try copy(10..<14, to: "incoming")
        let wider = try night(2, manifest: "wider.json")
        #expect(wider.status == 65 && wider.errors.contains("set \"start\" in \"retrain\" to \"scratch\""), "\(wider)")
        let given = try night(2, "--abandon")
        #expect(given.output == "plant: no night is open\n", "\(given)")
        let again = try fixture.nominal("reproduce", "1")
        #expect(
            again.status == 65
                && again.errors.contains("reproduce it with nominal retrain night.json --check 2026-03-01"),
            "\(again)")
        let unknown = try night(3, "--check", "2026-03-09")
        #expect(unknown.status == 66 && unknown.errors.contains("the nights of plant are 2026-03-01"), "\(unknown)")
        for arguments in [["nights", "none"], ["quarantine", "list", "none"], ["quarantine", "accept", "none", "1"]] {
            let outcome = try fixture.finish(try fixture.start(arguments: arguments))
            #expect(
                outcome.status == 66 && outcome.errors.contains("no model of this name has had a night yet; plant has"))
        }
        let decided = try fixture.nominal("quarantine", "reject", "plant", "999")
        #expect(decided.status == 66 && decided.errors.contains("no image of this number"), "\(decided)")
    }
}
