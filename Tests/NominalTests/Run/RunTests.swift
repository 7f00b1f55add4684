import ContentStore
import Foundation
import Imaging
import Testing

/// The whole program, from images to the report.
@Suite struct RunTests {
    private let fixture: CommandLineFixture

    init() throws {
        fixture = try CommandLineFixture()
        try fixture.writeDemoData()
        try fixture.writeManifest()
    }

    private func run() throws { #expect(try fixture.nominal("run", "tiny.json").status == 0) }

    @Test("A diverged training fails with step and remedy, and the steps before it are reused")
    func divergence() throws {
        try fixture.writeManifest(
            categories: ["wood"], steps: 60, training: #", "learningRate": 1, "finalLearningRate": 1"#)
        let first = try fixture.nominal("run", "tiny.json")
        #expect(first.status == 1)
        let words = try #require(first.errors.firstRange(of: #/diverged at step (\d+)/#)).upperBound
        #expect(first.errors[words...].contains("learningRate"), "\(first.errors)")
        let finished = try #require(first.errors.firstMatch(of: #/(\d+) tasks run, 0 cached, 1 failed/#)).1
        let second = try fixture.nominal("run", "tiny.json")
        #expect(second.status == 1)
        #expect(second.errors.contains("0 tasks run, \(finished) cached, 1 failed"), "\(second.errors)")
    }

    @Test("A run exports metrics, scores, maps, overlays, models and a report")
    func exports() throws {
        try fixture.writeImage(0.5, width: 48, height: 40, to: "data/wood/test/good/wide.png")
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("report: runs/tiny/report.html"))

        let metrics = try JSONSerialization.jsonObject(
            with: Data(try AtomicFile.read(fixture.place("runs/tiny/metrics.json"))))
        let summary = try #require(metrics as? [String: Any])
        #expect(summary.keys.sorted() == ["categories", "mean", "projection"])
        let categories = try #require(summary["categories"] as? [String: [String: Any]])
        #expect(categories.keys.sorted() == ["wood", "woven_cloth"])
        for figures in categories.values {
            for key in ["imageAUROC", "imageAP", "imageF1Max", "pixelAUROC", "pixelAP", "pixelF1Max"] {
                #expect((0...1).contains(try #require(figures[key] as? Double)), "\(key)")
            }
            #expect((figures["aupro"] as? [String: Double])?.keys.sorted() == ["0.05", "0.3", "1"])
        }

        let rows = try fixture.text("runs/tiny/scores.csv").split(separator: "\n")
        #expect(rows[0] == "category,kind,image,label,score,normalizedScore,threshold,verdict,confidence,uncertain")
        // Per material two normal images and five kinds of defect; and the wide one.
        #expect(rows.count == 1 + 2 * 7 + 1)

        let map = try FloatMap.decode(path: fixture.place("runs/tiny/anomaly_maps/wood/test/hole/000.tiff"))
        #expect((map.width, map.height) == (64, 64))
        let wide = try FloatMap.decode(path: fixture.place("runs/tiny/anomaly_maps/wood/test/good/wide.tiff"))
        #expect((wide.width, wide.height) == (48, 40))
        #expect(wide.values.allSatisfy { $0.isFinite && $0 >= 0 })
        let overlay = try ImageDecoder.decode(path: fixture.place("runs/tiny/overlays/wood/test/good/wide.png")).image
        #expect((overlay.width, overlay.height, overlay.channels) == (48, 40, 3))

        let files = fixture.files(below: "runs/tiny")
        #expect(files.count { $0.hasPrefix("anomaly_maps/") } == 15)
        #expect(files.count { $0.hasPrefix("overlays/") } == 15)
        #expect(
            files.filter { $0.hasPrefix("models/") }
                == ["wood", "woven_cloth"].flatMap { name in
                    ["card.json", "card.md", "nominal"].map { "models/\(name).\($0)" }
                })
        #expect(!files.contains { $0.contains("partial") || $0.contains("writable") })
    }

    @Test("The report needs nothing from the network")
    func report() throws {
        try run()
        let page = try fixture.text("runs/tiny/report.html")
        #expect(page.contains("woven_cloth"))
        for scheme in ["http://", "https://"] {
            for range in page.ranges(of: scheme) {
                #expect(page[range.upperBound...].hasPrefix("www.w3.org/"), "\(page[range.lowerBound...].prefix(60))")
            }
        }
    }

    @Test("A second run does nothing and writes no file")
    func again() throws {
        try run()
        let before = try fixture.signatures(below: "runs")
        let outcome = try fixture.nominal("run", "tiny.json")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("nothing to do: all 41 tasks are cached; 0 files written to runs/tiny"))
        #expect(try fixture.signatures(below: "runs") == before)
        #expect(try fixture.nominal("plan", "tiny.json").output == "0 tasks to run, 41 cached\n")
    }

    @Test("A new learning rate reruns the training and later tasks, and the plan says why")
    func learningRate() throws {
        try run()
        try fixture.writeManifest(training: #", "learningRate": 0.01"#)
        let plan = try fixture.nominal("plan", "tiny.json").output
        #expect(plan.contains("run     wood/train/0000  (training.learningRate: 0.001 -> 0.01)\n"))
        for task in [
            "wood/train/0001", "wood/train/0002", "wood/autoencoder", "wood/calibrate", "wood/metrics", "aggregate",
            "report", "record",
        ] {
            #expect(plan.contains("wait    \(task)  (after "), "\(task)")
        }
        for stage in ["ingest", "select", "corrupt"] { #expect(!plan.contains("/\(stage)"), "\(stage)") }
        #expect(plan.contains("\n25 tasks to run, 16 cached\nexpected: about "))
        #expect(try fixture.nominal("run", "tiny.json", "--dry-run").output == plan)
        #expect(try fixture.nominal("run", "tiny.json").errors.contains("25 tasks run, 16 cached"))
    }

    @Test("A new image costs one decode")
    func oneMoreImage() throws {
        func decoded() throws -> Int {
            let store = try ContentStore(path: fixture.place(".nominal"), mode: .readOnly)
            let tasks = try fixture.nominal("plan", "tiny.json", "--all").output.split(separator: "\n")
                .compactMap { $0.split(separator: " ").dropFirst().first }.filter { $0.contains("/ingest/") }
            return try tasks.map { try store.jobs(ofTask: "\($0) [decode]").count }.reduce(0, +)
        }
        try run()
        #expect(try decoded() == 2 * (6 + 7))
        try fixture.writeImage(0.5, width: 64, height: 64, to: "data/wood/train/good/zzz.png")
        #expect(try fixture.nominal("plan", "tiny.json").output.contains("train/good/zzz.png: (absent) -> "))
        try run()
        #expect(try decoded() == 2 * (6 + 7) + 1)
    }

    @Test("Results do not depend on the numbers of threads and concurrent tasks")
    func threads() throws {
        for (threads, jobs) in [("1", "1"), ("2", "4")] {
            let outcome = try fixture.nominal(
                "run", "tiny.json", "--store", "store\(threads)", "--output", "out\(threads)", "--threads", threads,
                "-j", jobs)
            #expect(outcome.status == 0)
        }
        // Measurements and dates differ and are not results.
        let costs = ["lineage.html", "timing.html", "timing.json"]
        let timing = try JSONSerialization.jsonObject(with: Data(try fixture.text("out1/timing.json").utf8))
        let stages = try #require((timing as? [String: Any])?["stages"] as? [[String: Any]])
        #expect(stages.first?["stage"] as? String == "ingest" && stages.last?["stage"] as? String == "record")
        #expect(stages.allSatisfy { ($0["tasksRun"] as? Int ?? 0) > 0 && ($0["peakMiB"] as? Int ?? 0) > 10 })
        #expect(stages.allSatisfy { ($0["processorSeconds"] as? Double ?? -1) >= 0 })
        let scoring = try #require((timing as? [String: Any])?["scoring"] as? [String: Any])
        #expect(scoring["images"] as? Int == 14 && (scoring["processorSecondsPerImage"] as? Double ?? 0) > 0)
        #expect(fixture.files(below: "out1").filter(costs.contains) == costs)
        #expect(try !fixture.text("out1/exports.json").contains("timing"))
        let files = fixture.files(below: "out1").filter { !costs.contains($0) }
        #expect(files.contains("models/wood.nominal"))
        #expect(files == fixture.files(below: "out2").filter { !costs.contains($0) })
        for file in files {
            #expect(
                try Digest.of(filePath: fixture.place("out1/\(file)"))
                    == Digest.of(filePath: fixture.place("out2/\(file)")), "\(file)")
        }
    }

    @Test("A model scores a folder outside any job as its job did")
    func score() throws {
        try run()
        let outcome = try fixture.nominal(
            "score", "--model", "runs/tiny/models/wood.nominal", "data/wood/test", "--output", "scored", "--store",
            "other")
        #expect(outcome.status == 0)
        func scores(_ file: String, _ prefix: String) throws -> [String: String] {
            var scores: [String: String] = [:]
            for row in try fixture.text(file).split(separator: "\n").dropFirst() where row.hasPrefix("wood,") {
                let fields = row.split(separator: ",", omittingEmptySubsequences: false)
                scores[prefix + fields[2]] = fields[4...].joined(separator: ",")
            }
            return scores
        }
        let scored = try scores("scored/scores.csv", "test/")
        #expect(scored.count == 7)
        #expect(try scored == scores("runs/tiny/scores.csv", ""))
        // With tolerance 0 nothing is uncertain.
        let certain = try fixture.nominal(
            "score", "--model", "runs/tiny/models/wood.nominal", "data/wood/test", "--output", "certain", "--store",
            "other", "--tolerance", "0")
        #expect(certain.status == 0)
        #expect(try scores("certain/scores.csv", "test/").values.allSatisfy { $0.hasSuffix(",false") })
        for kind in ["good", "hole"] {
            #expect(
                try Digest.of(filePath: fixture.place("scored/anomaly_maps/\(kind)/000.tiff"))
                    == Digest.of(filePath: fixture.place("runs/tiny/anomaly_maps/wood/test/\(kind)/000.tiff")))
        }
        #expect(!fixture.exists("runs/score-test"))
    }
}
