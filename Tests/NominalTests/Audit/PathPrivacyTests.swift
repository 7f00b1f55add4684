import Console
import ContentStore
import Foundation
import Testing

/// Paths in the store and in the results.
@Suite struct PathPrivacyTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try FileManager.default.createDirectory(
            atPath: fixture.place("secretfolder/plantdata"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: fixture.place("data/wood"), toPath: fixture.place("secretfolder/plantdata/wood"))
        // One image is damaged and one mask has another size; both cause warnings.
        try fixture.write(
            Array(try fixture.bytes("secretfolder/plantdata/wood/train/good/000.png").prefix(200)),
            to: "secretfolder/plantdata/wood/train/good/zzz.png")
        let mask = try #require(
            fixture.files(below: "secretfolder/plantdata/wood/ground_truth").first { $0.hasSuffix("_mask.png") })
        try fixture.writeImage(1, width: 5, height: 5, to: "secretfolder/plantdata/wood/ground_truth/" + mask)
    }

    private func write(_ name: String, root: String, _ more: String = "", dataset: String = "") throws {
        try fixture.write(
            """
            {
              "name": "tiny",
              "dataset": { "layout": "mvtec", "root": "\(root)", "categories": ["wood"]\(dataset) },
              "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }\(more)
            }
            """, to: name)
    }

    /// Returns the files that contain one of the words.
    private func files(below folder: String, holding words: [String]) throws -> [String] {
        try fixture.files(below: folder).filter { file in
            let bytes = Data(try fixture.bytes(folder + "/" + file))
            return words.contains { bytes.range(of: Data($0.utf8)) != nil || file.contains($0) }
        }
    }

    private let quarantine = ", \"onBadImage\": \"quarantine\""

    /// Successful runs, failed runs, runs with worker processes, and other commands.
    private func work(_ paths: String) throws {
        let store = fixture.place("secretfolder/.nominal"), runs = fixture.place("secretfolder/runs")
        let absolute = fixture.place("secretfolder/plantdata")
        let jobs = [
            ("relative.json", "../plantdata", ""), ("absolute.json", absolute, ""),
            ("workers.json", absolute, ", \"execution\": { \"isolated\": true }"),
        ]
        for (name, root, more) in jobs {
            let file = fixture.place("secretfolder/jobs/" + name)
            try write("secretfolder/jobs/" + name, root: root, paths + more, dataset: quarantine)
            let done = try fixture.nominal("run", file, "--store=" + store, "--output", runs + "/" + name)
            #expect(done.status == 0, "\(done.errors)")
        }
        try write("secretfolder/jobs/failing.json", root: absolute, paths)
        let failed = try fixture.nominal(
            "run", "secretfolder/jobs/failing.json", "--store", "secretfolder/.nominal", "--output", runs + "/failing",
            "--keep-going")
        #expect(failed.status == 1 && failed.errors.contains("5 x 5"), "\(failed.errors)")
        let model = runs + "/relative.json/models/wood.nominal"
        let scored = try fixture.nominal(
            "score", "--model", model, "--store", store, "--output", runs + "/scored",
            fixture.place("secretfolder/plantdata/wood/test/good"))
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(try fixture.nominal("models", "register", model, "--store", store).status == 0)
        let incoming = fixture.place("secretfolder/incoming")
        try fixture.write("no image", to: "secretfolder/incoming/readme.txt")
        try write(
            "secretfolder/jobs/nightly.json", root: absolute,
            paths + ", \"retrain\": { \"incoming\": \"\(incoming)\", \"settleSeconds\": 0, \"model\": \"plant\" }",
            dataset: quarantine)
        let night = try fixture.nominal(
            "retrain", fixture.place("secretfolder/jobs/nightly.json"), "--store", store, "--output", runs + "/nights",
            "--date", "2026-03-01", "--by", "timer")
        #expect(night.status == 0, "\(night.errors)")
    }

    @Test(
        "Neither the store nor the results contain a folder of their owner",
        arguments: ["", ", \"paths\": \"relative\"", ", \"paths\": \"digest\""])
    func telltales(paths: String) throws {
        // Checks the search: it finds unredacted paths.
        #expect(try !files(below: "secretfolder/plantdata", holding: ["PNG"]).isEmpty)
        try work(paths)
        var words = ["secretfolder", fixture.path]
        if paths.contains("digest") { words += ["plantdata", "jobs", "relative.json", "absolute.json"] }
        // The output names the run's own folder.
        #expect(try files(below: "secretfolder/.nominal", holding: words) == [])
        for run in ["relative.json", "absolute.json", "workers.json", "failing", "scored", "nights"] {
            #expect(try files(below: "secretfolder/runs/" + run, holding: words) == [], "\(run)")
        }
        // The useful names are present.
        let scores = try fixture.text("secretfolder/runs/absolute.json/scores.csv")
        #expect(scores.contains("wood,good,test/good/000.png"))
        let store = fixture.place("secretfolder/.nominal")
        let listed = try fixture.nominal("runs", "--store", store).output
        #expect(listed.contains("nominal run"), "\(listed)")
        #expect(try fixture.nominal("runs", "--store", store).status == 0)
        // The same job at another path has nothing to do and the same results.
        #expect(
            try fixture.bytes("secretfolder/runs/absolute.json/scores.csv")
                == fixture.bytes("secretfolder/runs/workers.json/scores.csv"))
    }

    @Test("A night with hidden folders resumes with those of the current manifest")
    func nightGoesOn() throws {
        try work("")
        let store = fixture.place("secretfolder/.nominal")
        // All that came in has been learned, so another night has nothing to do, though its manifest was kept without
        // folders.
        let again = try fixture.nominal(
            "retrain", fixture.place("secretfolder/jobs/nightly.json"), "--store", store, "--output",
            fixture.place("secretfolder/runs/nights"), "--date", "2026-03-02", "--by", "timer")
        #expect(again.status == 10 && again.output.contains("nothing new"), "\(again)")
        let checked = try fixture.nominal(
            "retrain", fixture.place("secretfolder/jobs/nightly.json"), "--store", store, "--output",
            fixture.place("secretfolder/runs/nights"), "--check", "2026-03-01")
        #expect(checked.status == 0 && checked.output.contains("both are equal"), "\(checked)")
    }
}
