import Testing

@testable import nominal

@Suite("The next step")
struct NextStepTests {
    private let fixture: CommandLineFixture

    init() throws { fixture = try CommandLineFixture() }

    private var step: NextStep { NextStep(in: fixture.path) }

    @Test("An empty folder leads to init and to the demo")
    func empty() {
        #expect(step.commands == ["nominal init FOLDER_WITH_IMAGES", "nominal demo-data demo --manifest demo.json"])
    }

    @Test("Images lead to init with their folder")
    func images() throws {
        try fixture.writeImage(0.5, width: 8, height: 8, to: "my photos/monday/1.PNG")
        #expect(step.commands == ["nominal init 'my photos'"])
        try fixture.writeImage(0.5, width: 8, height: 8, to: "2.jpg")
        #expect(step.commands == ["nominal init ."])
    }

    @Test("The folders of one category lead to init with the folder itself")
    func category() throws {
        try fixture.writeImage(0.5, width: 8, height: 8, to: "ground_truth/dent/1.png")
        try fixture.writeImage(0.5, width: 8, height: 8, to: "train/good/1.png")
        #expect(step.commands == ["nominal init ."])
    }

    @Test("A manifest whose images are there leads to run, then to its report and to score")
    func manifest() throws {
        try fixture.writeManifest("jobs/tiny", categories: ["wood"])
        try fixture.writeImage(0.5, width: 8, height: 8, to: "jobs/data/wood/train/good/1.png")
        try fixture.write("{", to: "jobs/broken.json")
        // The name of a job is not that of its file.
        try fixture.write(try fixture.text("jobs/tiny.json").replacing("jobs/tiny", with: "tiny"), to: "jobs/tiny.json")
        #expect(step.commands == ["nominal run jobs/tiny.json"])
        try fixture.write("", to: "runs/tiny/report.html")
        try fixture.write("", to: "runs/tiny/models/wood.nominal")
        #expect(
            step.commands == [
                "nominal run jobs/tiny.json --open", "nominal score --model runs/tiny/models/wood.nominal FOLDER",
            ])
        try fixture.remove("runs")
        try fixture.write(
            try fixture.text("jobs/tiny.json").replacing(
                "\"name\"", with: "\"retrain\": {\"incoming\": \"new\", \"model\": \"wood\"}, \"name\""),
            to: "jobs/tiny.json")
        #expect(step.commands == ["nominal retrain jobs/tiny.json"])
        try fixture.remove("jobs/data")
        #expect(step.commands.first == "nominal init FOLDER_WITH_IMAGES")
    }

    @Test("The demo's manifest is found after demo-data, is valid and finds its images from any folder")
    func demo() throws {
        try fixture.write("", to: "jobs/notes.txt")
        for manifest in ["demo.json", "jobs/demo.json"] {
            let outcome = try fixture.nominal(
                "demo-data", "my \"demo\"", "--train", "2", "--test-good", "1", "--test-defect", "1", "--size", "64",
                "--manifest", manifest)
            #expect(
                outcome.status == 0 && outcome.output.hasSuffix("next: nominal run \(manifest)\n"), "\(outcome.errors)")
            #expect(step.commands == ["nominal run \(manifest)"])
            #expect(try fixture.nominal("plan", manifest).status == 0)
            #expect(try fixture.nominal("demo-data", "my \"demo\"", "--manifest", manifest).status == 64)
            try fixture.remove(manifest)
        }
    }

    @Test("nominal alone prints the next step, and its commands succeed one after the other")
    func program() throws {
        for index in 0..<12 {
            try fixture.writeImage(Float(index) / 20, width: 16, height: 16, to: "parts/\(index).png")
        }
        let outcome = try fixture.nominal()
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\n  nominal init parts\n"))
        #expect(try fixture.nominal("init", "parts").status == 0)
        #expect(try fixture.nominal().output.contains("\n  nominal run parts.json\n"))
        try fixture.writeImage(0.5, width: 16, height: 16, to: "new/1.png")
        let nightly = try fixture.nominal("init", "parts", "--incoming", "new", "--manifest", "night.json")
        #expect(nightly.output.hasSuffix("next: nominal retrain night.json\n"), "\(nightly.errors)")
        #expect(try fixture.nominal("retrain", "night.json", "--dry-run").status == 0)
    }
}
