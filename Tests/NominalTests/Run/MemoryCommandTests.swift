import Testing

@testable import fuzz

/// The detector memory on the command line, with a network of one channel in place of a pretrained one.
@Suite struct MemoryCommandTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.write(BackboneSeeds.torch, to: "lite.pth")
    }

    private func addBackbone() throws {
        let added = try fixture.nominal(
            "backbones", "add", "lite.pth", "--name", "efficientnet-lite2", "--licence", "CC0-1.0", "--origin", "here")
        #expect(added.status == 0, "\(added.errors)")
    }

    @Test("With a backbone, init writes a job of the detector memory, which runs, scores, reproduces and needs it")
    func life() throws {
        try addBackbone()
        let written = try fixture.nominal("init", "data/wood", "--manifest", "wood.json", "--detector", "memory")
        #expect(written.status == 0 && written.output.contains("detector: memory"), "\(written)")
        #expect(try fixture.text("wood.json").contains("\"kind\": \"memory\""))
        let run = try fixture.nominal("run", "wood.json", "--output", "out")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try fixture.text("out/report.html").contains("Nearest normal patches"))
        #expect(try fixture.text("out/models/wood.card.md").contains("memory, Backbone: "))
        #expect(try fixture.nominal("run", "wood.json", "--output", "out").errors.contains("nothing to do"))
        let same = try fixture.nominal("reproduce", "out/metrics.json", "--quiet")
        #expect(same.status == 0, "\(same.errors)")
        let score = try fixture.nominal(
            "score", "--model", "out/models/wood.nominal", "data/wood/test", "--output", "scored")
        #expect(score.status == 0, "\(score.errors)")
        let elsewhere = try fixture.nominal(
            "score", "--model", "out/models/wood.nominal", "data/wood/test", "--output", "more", "--store", "other")
        #expect(elsewhere.status == 66 && elsewhere.errors.contains("there is no backbone"), "\(elsewhere)")
        let preview = try fixture.nominal("preview", "wood.json")
        #expect(preview.status != 0 && preview.errors.contains("nothing to preview"), "\(preview)")
    }

    @Test(
        "Without a backbone, init writes a job of the autoencoder, and a memory is refused with the command that helps")
    func missing() throws {
        #expect(try fixture.nominal("init", "data/wood", "--manifest", "a.json").status == 0)
        #expect(try !fixture.text("a.json").contains("memory"))
        let wanted = try fixture.nominal("init", "data/wood", "--manifest", "b.json", "--detector", "memory")
        #expect(wanted.status == 66 && wanted.errors.contains("make backbone"), "\(wanted)")
        #expect(!fixture.exists("b.json"))
        try fixture.write(
            fixture.text("a.json").replacing("\"ssae\"", with: "\"memory\""), to: "c.json")
        let run = try fixture.nominal("run", "c.json", "--output", "out")
        #expect(run.status == 66 && run.errors.contains("make backbone"), "\(run)")
        #expect(!fixture.exists("out/report.html"))
    }

    @Test("With a backbone, init writes a job that chooses its detector without labels, and says which")
    func choosing() throws {
        try addBackbone()
        let whole = try fixture.nominal("init", "data/wood", "--manifest", "whole.json")
        #expect(whole.status == 0 && whole.output.contains("auto, the best of an autoencoder"), "\(whole)")
        let plan = try fixture.nominal("plan", "whole.json")
        #expect(plan.status == 0 && plan.output.contains("wood/train/0000"), "\(plan)")
        let written = try fixture.nominal("init", "data/wood", "--manifest", "wood.json", "--detector", "features")
        #expect(written.status == 0 && written.output.contains("a run takes seconds"), "\(written)")
        let run = try fixture.nominal("run", "wood.json", "--output", "out")
        #expect(run.status == 0, "\(run.errors)")
        for name in ["memory", "gaussian-each", "gaussian-all", "fusion"] {
            #expect(try fixture.text("out/report.html").contains(name))
            #expect(try fixture.text("out/models/wood.card.md").contains(name))
        }
        #expect(try fixture.text("out/report.html").contains("(chosen)"))
        let scored = try fixture.nominal(
            "score", "--model", "out/models/wood.nominal", "data/wood/test", "--output", "scored")
        #expect(scored.status == 0, "\(scored.errors)")
        let text = try fixture.text("wood.json")
        try fixture.write(
            text.replacing(
                "\"kind\": \"auto\"",
                with: "\"kind\": \"fusion\", \"fusion\": { \"of\": [\"memory\", \"gaussian-all\"], "
                    + "\"rule\": \"learned\" }"),
            to: "fusion.json")
        let fusion = try fixture.nominal("run", "fusion.json", "--output", "fused")
        #expect(fusion.status == 0, "\(fusion.errors)")
        #expect(try fixture.text("fused/models/wood.card.md").contains("fusion, Rule: learned"))
        try fixture.write(
            text.replacing("\"image\":", with: "\"retrain\": { \"incoming\": \"in\" }, \"image\":"), to: "night.json")
        let night = try fixture.nominal("validate", "night.json")
        #expect(night.status == 65 && night.errors.contains("its report says which"), "\(night)")
    }

    @Test("The user chooses the detector; normalisation of the map concerns the autoencoder alone")
    func choice() throws {
        try addBackbone()
        #expect(try fixture.nominal("init", "data/wood", "--manifest", "a.json", "--detector", "ssae").status == 0)
        #expect(try !fixture.text("a.json").contains("\"memory\""))
        try fixture.write(
            fixture.text("a.json").replacing("\"ssae\"", with: "\"memory\", \"taps\": [\"stage2\"]"), to: "b.json")
        let valid = try fixture.nominal("validate", "b.json")
        #expect(valid.status == 0, "\(valid)")
        try fixture.write(
            #"{ "name": "x", "dataset": { "layout": "mvtec", "root": "data" },"#
                + #" "detector": { "kind": "memory", "taps": ["stage9"] } }"#, to: "c.json")
        let tap = try fixture.nominal("run", "c.json", "--output", "out")
        #expect(tap.status != 0 && tap.errors.contains("stage9"), "\(tap)")
    }

    @Test("Nights of a memory fill it again instead of training")
    func nights() throws {
        try addBackbone()
        #expect(
            try fixture.nominal("init", "data/wood", "--manifest", "wood.json", "--detector", "memory").status == 0)
        let text = try fixture.text("wood.json")
        try fixture.write(
            text.replacing("\"image\":", with: "\"retrain\": { \"incoming\": \"incoming\" },\n  \"image\":"),
            to: "wood.json")
        try fixture.write("", to: "incoming/.keep")
        let night = try fixture.nominal("retrain", "wood.json", "--date", "2026-01-01")
        #expect(night.status == 0, "\(night.errors) \(night.output)")
        let check = try fixture.nominal("retrain", "wood.json", "--check", "2026-01-01")
        #expect(check.status == 0, "\(check.errors) \(check.output)")
    }
}
