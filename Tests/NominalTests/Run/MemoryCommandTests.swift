import ContentStore
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
        // The network has one channel at each of the two taps.
        let size = "size    wood/memory  (at most 4096 points x 2 dimensions: 32.0 KiB)"
        let plan = try fixture.nominal("plan", "wood.json")
        #expect(plan.status == 0 && plan.output.contains(size), "\(plan)")
        let blind = try fixture.nominal("plan", "wood.json", "--store", "other")
        #expect(blind.status == 0 && blind.output.contains("size    wood/memory  (at most 4096 points)"), "\(blind)")
        let run = try fixture.nominal("run", "wood.json", "--output", "out")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try !fixture.nominal("plan", "wood.json").output.contains("size "))
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
        #expect(wanted.status == 66 && wanted.errors.contains("nominal help backbones"), "\(wanted)")
        #expect(!fixture.exists("b.json"))
        try fixture.write(
            fixture.text("a.json").replacing("\"ssae\"", with: "\"memory\""), to: "c.json")
        let run = try fixture.nominal("run", "c.json", "--output", "out")
        #expect(run.status == 66 && run.errors.contains("nominal help backbones"), "\(run)")
        #expect(!fixture.exists("out/report.html"))
    }

    @Test("With a backbone, init writes a job that chooses its detector without labels, and says which")
    func choosing() throws {
        try addBackbone()
        let whole = try fixture.nominal("init", "data/wood", "--manifest", "whole.json")
        #expect(whole.status == 0 && whole.output.contains("auto, the best of an autoencoder"), "\(whole)")
        let plan = try fixture.nominal("plan", "whole.json")
        #expect(plan.status == 0 && plan.output.contains("wood/train/0000"), "\(plan)")
        #expect(
            plan.output.contains("memory  (at most 4096 points x 2")
                && plan.output.contains("gaussian  (1 distribution x "), "\(plan)")
        let written = try fixture.nominal("init", "data/wood", "--manifest", "wood.json", "--detector", "features")
        #expect(written.status == 0 && written.output.contains("a run takes a minute or two"), "\(written)")
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
            text.replacing("\"kind\": \"auto\"", with: "\"kind\": \"fusion\""), to: "fusion.json")
        let fusion = try fixture.nominal("run", "fusion.json", "--output", "fused")
        #expect(fusion.status == 0, "\(fusion.errors)")
        #expect(try fixture.text("fused/models/wood.card.md").contains("fusion, Rule: learned"))
        try fixture.write(
            text.replacing(
                "\"image\":",
                with: "\"retrain\": { \"incoming\": \"in\", "
                    + "\"gate\": { \"falseAlarms\": 1, \"recall\": 1, \"criterion\": 1 } }, \"image\":"),
            to: "night.json")
        try fixture.write("", to: "in/.keep")
        let night = try fixture.nominal("retrain", "night.json", "--date", "2026-01-01")
        // From six images, the gate may keep no model.
        #expect([0, 10].contains(night.status) && night.output.contains("training set  6 images"), "\(night)")
        let check = try fixture.nominal("retrain", "night.json", "--check", "2026-01-01")
        #expect(check.status == 0, "\(check)")
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

    /// Writes a job of nights and the base set; returns a closure that copies images of a material.
    private func prepareNights() throws -> (Range<Int>, String) throws -> Void {
        try addBackbone()
        #expect(
            try fixture.nominal(
                "demo-data", "made", "--size", "64", "--train", "24", "--test-good", "2", "--test-defect", "1"
            ).status == 0)
        try fixture.write(
            """
            {
              "name": "plant", "dataset": { "layout": "folder", "normal": "base" },
              "image": { "width": 64, "height": 64 }, "detector": { "kind": "memory", "memory": { "points": 64 } },
              "retrain": {
                "incoming": "incoming", "settleSeconds": 0, "screening": 50,
                "gate": { "falseAlarms": 1, "recall": 1, "criterion": 1 }
              }
            }
            """, to: "night.json")
        try fixture.write("", to: "incoming/.keep")
        func copy(_ numbers: Range<Int>, to folder: String) throws {
            for number in numbers {
                let digits = "\(1000 + number)".dropFirst()
                try fixture.write(
                    try fixture.bytes("made/wood/train/good/\(digits).png"), to: "\(folder)/\(digits).png")
            }
        }
        try copy(0..<8, to: "base")
        return copy
    }

    private func night(_ day: Int, _ more: String...) throws -> CommandLineFixture.Outcome {
        try fixture.finish(
            try fixture.start(arguments: ["retrain", "night.json", "--date", "2026-01-0\(day)"] + more))
    }

    /// True if the production model names an image file.
    private func holds(_ file: String) throws -> Bool {
        let model = try fixture.nominal("models", "save", "plant", "model.nominal")
        #expect(model.status == 0, "\(model)")
        defer { try? fixture.remove("model.nominal") }
        let digest = Array(Digest.of(try fixture.bytes(file)).hex.utf8)
        return try fixture.bytes("model.nominal").firstRange(of: digest) != nil
    }

    @Test("Nights add to a memory; without an image of which it holds patches, they fill it anew")
    func nights() throws {
        let copy = try prepareNights()
        let first = try night(1)
        #expect(first.status == 0 && first.output.contains("memory        filled from "), "\(first)")
        try copy(8..<14, "incoming")
        let second = try night(2)
        #expect(second.status == 0 && second.output.contains(" sampled patches covered, "), "\(second)")
        let page = try fixture.text("runs/plant/nights/2026-01-02/report.html")
        #expect(page.contains(" sampled patches covered, "))
        let card = try fixture.text("runs/plant/nights/2026-01-02/card.md")
        let digest = try fixture.nominal("models", "show", "plant@1").output.split(separator: "\n")
            .first { $0.hasPrefix("digest") }?.split(separator: " ").last
        #expect(card.contains("Start: the model \(try #require(digest))"), "\(card)")
        try copy(14..<18, "incoming")
        let third = try night(3)
        #expect(third.status == 0 && third.output.contains(" sampled patches covered, "), "\(third)")
        // The name of the backbone may mean another network later.
        #expect(try fixture.nominal("backbones", "remove", "efficientnet-lite2").status == 0)
        let other = try fixture.nominal(
            "backbones", "add", "lite.pth", "--name", "efficientnet-lite2", "--licence", "MIT", "--origin", "there")
        #expect(other.status == 0, "\(other)")
        for day in [1, 2, 3] {
            let check = try night(9, "--check", "2026-01-0\(day)")
            #expect(check.status == 0 && check.output.contains("both are equal"), "\(check)")
        }
        #expect(try night(4).output == "plant: nothing new; plant@3 stays in production\n")
        // A removed image of which the memory holds patches starts a night, here with the other backbone.
        let held = try #require(
            try (0..<8).map { "base/00\($0).png" }.first { try holds($0) }, "the memory holds patches of no base image")
        let bytes = try fixture.bytes(held)
        try fixture.remove(held)
        try fixture.write(bytes, to: "removed.png")
        let fifth = try night(5)
        #expect(fifth.status == 0, "\(fifth)")
        #expect(
            fifth.errors.contains("starts from scratch: the model in production holds parts of 1 image "), "\(fifth)")
        #expect(fifth.output.contains("images, without 1 that the model in production holds parts of"), "\(fifth)")
        #expect(try !holds("removed.png"))
        let check = try night(9, "--check", "2026-01-05")
        #expect(check.status == 0 && check.output.contains("both are equal"), "\(check)")
        #expect(try night(6).output == "plant: nothing new; plant@4 stays in production\n")
        try fixture.write(
            fixture.text("night.json").replacing(#""points": 64"#, with: #""points": 64, "density": "none""#),
            to: "night.json")
        try copy(18..<20, "incoming")
        let otherDensity = try night(7)
        #expect(
            otherDensity.status == 0 && otherDensity.output.contains("memory        filled from "), "\(otherDensity)")
        #expect(otherDensity.errors.contains("the memory is filled anew"), "\(otherDensity)")
    }
}
