import Testing

/// Registered models.
@Suite struct ModelsCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest("job", categories: ["wood"])
        try fixture.writeManifest("longer", categories: ["wood"], steps: 8)
    }

    @Test("A model is registered, promoted, used by name, compared with the next, and rolled back")
    func life() throws {
        #expect(try fixture.nominal("run", "job.json", "--output", "out").status == 0)
        #expect(try fixture.nominal("models").errors.contains("no model is registered in .nominal"))
        #expect(try fixture.nominal("models", "register", "out/models/wood.nominal").output == "wood@1\n")
        #expect(try fixture.nominal("models", "register", "out/models/wood.nominal").output == "wood@1, as before\n")
        let early = try fixture.nominal("score", "--model", "wood", "data/wood/test")
        #expect(early.status == 66 && early.errors.contains("no version of it is in production"))
        #expect(try fixture.nominal("models", "promote", "wood@1").output == "wood@1 is in production\n")

        // Name and file give the same scores.
        for (model, output) in [("wood", "named"), ("out/models/wood.nominal", "filed")] {
            let outcome = try fixture.nominal("score", "--model", model, "data/wood/test", "--output", output)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try fixture.text("named/scores.csv") == fixture.text("filed/scores.csv"))

        #expect(try fixture.nominal("run", "longer.json", "--output", "out").status == 0)
        #expect(try fixture.nominal("models", "register", "out/models/wood.nominal").output == "wood@2\n")
        let difference = try fixture.nominal("models", "diff", "wood@1", "wood@2")
        #expect(
            difference.status == 0 && difference.output.contains("train\n    training.steps: 6 -> 8\n"), "\(difference)"
        )
        let late = try fixture.nominal("models", "promote", "wood@latest", "--replacing", "0")
        #expect(late.status == 65 && late.errors.contains("version 1 is in production now"))
        let promoted = try fixture.nominal(
            "models", "promote", "wood@latest", "--replacing", "1", "--by", "ann", "--reason", "longer training")
        #expect(promoted.output == "wood@2 is in production, in place of version 1\n")
        let shown = try fixture.nominal("models", "show", "wood").output
        for words in [
            "wood@2, in production", "made by     wood/c", "threshold",
            "detector    ssae, architecture sdc, base width 4, parameters ",
            "version 2 promoted, in place of version 1, by ann: longer",
        ] { #expect(shown.contains(words), "\(shown)") }
        #expect(try fixture.nominal("models", "list", "--json").output.split(separator: "\n").count == 2)

        let back = try fixture.nominal("models", "rollback", "wood", "--reason", "false alarms")
        #expect(back.output == "wood@1 is in production again, in place of version 2\n")
        #expect(try fixture.nominal("models", "rollback", "wood").status == 65)
        #expect(try fixture.nominal("models", "pin", "wood@2").output.hasPrefix("pinned blob "))
    }

    @Test("A model card is found by name or file and follows the last run; a missing card has a remedy")
    func card() throws {
        #expect(try fixture.nominal("run", "job.json", "--output", "out").status == 0)
        let page = try fixture.text("out/models/wood.card.md"), json = try fixture.text("out/models/wood.card.json")
        #expect(page.hasPrefix("# Model card: wood\n") && page.contains("| Owner | not stated |"))
        #expect(try fixture.nominal("models", "register", "out/models/wood.nominal").status == 0)
        for model in ["wood@latest", "wood@1", "out/models/wood.nominal"] {
            let shown = try fixture.nominal("models", "card", model)
            #expect(shown.status == 0 && shown.output == page, "\(shown)")
        }
        #expect(try fixture.nominal("models", "card", "wood@1", "--json").output == json)
        let report = try fixture.text("out/report.html")
        #expect(report.contains("href=\"models/wood.card.md\"") && report.contains("href=\"models/wood.card.json\""))

        // Another word of the owner is another card of the same model; the card of the last run counts.
        let manifest = try fixture.text("job.json")
        try fixture.write(
            manifest.replacing("\"name\":", with: "\"card\": { \"owner\": \"ann\" }, \"name\":"), to: "stated.json")
        #expect(try fixture.nominal("run", "stated.json", "--output", "out").status == 0)
        let stated = try fixture.nominal("models", "card", "wood@1")
        #expect(stated.output.contains("| Owner | ann (stated by the owner) |"), "\(stated)")
        #expect(stated.errors.contains("there are 2 cards of this model"))
        #expect(try fixture.nominal("run", "job.json", "--output", "out").status == 0)
        #expect(try fixture.nominal("models", "card", "wood@1").output == page)

        // A model from another store.
        let file = try fixture.bytes("out/models/wood.nominal")
        let other = try CommandLineFixture()
        try other.write(file, to: "wood.nominal")
        #expect(try other.nominal("models", "register", "wood.nominal").status == 0)
        let missed = try other.nominal("models", "card", "wood@1")
        #expect(missed.status == 66 && missed.errors.contains("wood@1 has no card: "), "\(missed)")
        #expect(missed.errors.contains("run its job again"))
        #expect(try other.nominal("models", "card", "none@1").status == 66)
        #expect(try other.nominal("models", "card", "no/file").errors.contains("neither a model file"))
    }

    @Test("A file that is not a model is rejected")
    func wrongFile() throws {
        try fixture.write("text", to: "text.nominal")
        let outcome = try fixture.nominal("models", "register", "text.nominal")
        #expect(outcome.status == 65 && outcome.errors.contains("text.nominal"))
        #expect(!fixture.exists(".nominal"))
        #expect(try fixture.nominal("models", "register", "none.nominal").status == 74)
    }
}
