import ContentStore
import DatasetTestSupport
import Foundation
import Manifests
import Pipeline
import PipelineTestSupport
import StageTestSupport
import Testing

@testable import Jobs

/// Tests sweeps from the images to the ranking.
@Suite struct SweepTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
        for category in ["bolt", "nut"] { try data.writeCategory(category) }
    }

    private func sweep(_ manifest: SweepManifest) throws -> Sweep {
        try Sweep(manifest) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private func execute(_ graph: TaskGraph) throws -> ExecutionSummary {
        try Executor(store: bench.store, options: ExecutorOptions(jobs: 2, threads: 1, keepGoing: true)).run(graph)
    }

    private func ranking(_ manifest: SweepManifest) throws -> SweepRanking {
        let sweep = try sweep(manifest)
        return try SweepRanking(sweep, try execute(sweep.graph), bench.store)
    }

    private func count(_ graph: TaskGraph, _ stage: String) -> Int {
        graph.tasks.count { type(of: $0.stage).name == stage }
    }

    private static let rates = #""/training/learningRate": [0.001, 0.01, 0.05]"#

    @Test("Trials share common tasks, and have no overlays")
    func sharing() throws {
        let graph = try sweep(data.sweep(SweepTests.rates)).graph
        #expect(["ingest", "select", "corrupt"].map { count(graph, $0) } == [2, 1, 2])
        #expect(["train", "autoencoder", "calibrate", "assess"].map { count(graph, $0) } == [6, 3, 3, 3])
        #expect(["score", "metrics"].map { count(graph, $0) } == [3, 3])
        #expect(["overlay", "aggregate", "report"].map { count(graph, $0) } == [0, 0, 0])
        let sweep = try sweep(data.sweep(SweepTests.rates))
        #expect(sweep.caseCount == 3)
        // 5 of the 12 tasks of a trial are shared by all trials.
        #expect(sweep.graph.count == 26)
        #expect((sweep.sharing.apart, sweep.sharing.shared) == (36, 5))
    }

    @Test("Trials are ranked by the mean criterion over categories and seeds, with its spreads")
    func ranks() throws {
        let ranking = try ranking(
            data.sweep(SweepTests.rates, #", "seeds": [1, 2]"#, categories: ["bolt", "nut"]))
        #expect(ranking.trials.map(\.rank) == [1, 2, 3])
        let criteria = ranking.trials.compactMap(\.criterion)
        #expect(criteria == criteria.sorted(by: >) && Set(criteria).count == 3)
        for trial in ranking.trials {
            #expect(trial.cases.map(\.category) == ["bolt", "nut", "bolt", "nut"])
            #expect(trial.cases.map(\.seed) == [1, 1, 2, 2])
            let values = trial.cases.compactMap(\.criterion)
            #expect(values.count == 4)
            #expect(abs(values.reduce(0, +) / 4 - (trial.criterion ?? 0)) < 1e-12)
            // The standard deviation of two numbers is their distance divided by the square root of 2.
            let seeds = abs(values[0] + values[1] - values[2] - values[3]) / 2 / 2.0.squareRoot()
            #expect(abs(seeds - (trial.seedSpread ?? 0)) < 1e-12)
            let categories = abs(values[0] + values[2] - values[1] - values[3]) / 2 / 2.0.squareRoot()
            #expect(abs(categories - (trial.categorySpread ?? 0)) < 1e-12)
            #expect(trial.failure == nil && trial.record.imageAUROC != nil)
        }
    }

    @Test("Labels change the recorded metrics, but not the ranking")
    func labels() throws {
        let manifest = try data.sweep(SweepTests.rates)
        let before = try ranking(manifest)
        // Swap the normal and the anomalous images.
        let folder = data.path + "/bolt/test/"
        for (from, to) in [("good", "other"), ("dent", "good"), ("other", "dent")] {
            try FileManager.default.moveItem(atPath: folder + from, toPath: folder + to)
        }
        let swapped = try ranking(manifest)
        try FileManager.default.removeItem(atPath: data.path + "/bolt/ground_truth")
        try FileManager.default.removeItem(atPath: data.path + "/bolt/test")
        let unlabelled = try ranking(manifest)
        #expect(before.json["trials"] == swapped.json["trials"])
        #expect(before.json["trials"] == unlabelled.json["trials"])
        #expect(before.json["forTheRecord"] != swapped.json["forTheRecord"])
        #expect(unlabelled.trials.allSatisfy { $0.record.imageAUROC == nil && $0.record.pixelAUROC == nil })
        let folderPath = data.path
        let texts = try [before, swapped, unlabelled].map {
            try $0.manifest.winner(try #require($0.best).trial, of: 3, in: folderPath)
        }
        #expect(Set(texts).count == 1)
    }

    @Test("A failed trial is not ranked and does not stop the others")
    func failure() throws {
        try data.writeImage(3, to: "textures/good/a.png")
        try data.write([1, 2, 3], to: "textures/bad/a.png")
        let manifest = try data.sweep(#""/corruption/textures": ["textures/bad", "textures/good", null]"#)
        let ranking = try ranking(manifest)
        #expect(Set(ranking.trials.prefix(2).map(\.trial.name)) == ["t002", "t003"])
        #expect(ranking.trials.map(\.rank) == [1, 2, nil])
        let failed = try #require(ranking.trials.last)
        #expect(failed.criterion == nil)
        #expect(failed.failure?.hasPrefix("textures: ") == true)
        #expect(ranking.json["trials"]?.elements?.last?["rank"] == .null)
        #expect(try ranking.write(to: data.path) == 4)
        #expect(try JobManifest.load(path: data.path + "/best.json").name == "tiny-sweep-best")
        // A failure names its file without the folders above the data.
        for name in ["sweep.json", "sweep.csv", "sweep.html"] {
            let text = String(decoding: try AtomicFile.read(data.path + "/" + name), as: UTF8.self)
            #expect(text.contains("t001") && !text.contains(data.path), "\(name)")
        }
    }

    @Test("If all trials fail, there is no best trial")
    func allFail() throws {
        try data.write([1], to: "bolt/train/good/broken.png")
        let ranking = try ranking(data.sweep(SweepTests.rates))
        #expect(ranking.best == nil && ranking.caution == nil)
        #expect(ranking.trials.map(\.trial.name) == ["t001", "t002", "t003"])
        #expect(ranking.trials.allSatisfy { $0.failure?.contains("ingest") == true })
        #expect(try ranking.write(to: data.path) == 3)
        #expect(!FileManager.default.fileExists(atPath: data.path + "/best.json"))
    }

    @Test("The best manifest runs without training again")
    func best() throws {
        let ranking = try ranking(data.sweep(SweepTests.rates))
        #expect(try ranking.write(to: data.path + "/bolt") == 4)
        #expect(try ranking.write(to: data.path + "/bolt") == 0)
        let manifest = try JobManifest.load(path: data.path + "/bolt/best.json")
        #expect(
            manifest.dataset.layout
                == .mvtec(root: ManifestPath("..", relativeTo: data.path + "/bolt"), categories: .named(["bolt"])))
        #expect(.number(manifest.training.learningRate) == ranking.best?.trial.values[0])
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let summary = try execute(job.graph)
        #expect(summary.isSuccess)
        #expect(
            Set(summary.secondsByStage.keys) == [
                "confidence", "drift", "overlay", "aggregate", "inventory", "card", "report", "record",
            ])
    }

    @Test("A repeated sweep runs no task, and a new value runs only its own")
    func again() throws {
        let first = try sweep(data.sweep(SweepTests.rates))
        #expect(try execute(first.graph).run == 26)
        #expect(try execute(sweep(data.sweep(SweepTests.rates)).graph).run == 0)
        let more = try sweep(data.sweep(SweepTests.rates.replacing("[", with: "[0.02, ")))
        // Two shards, autoencoder, calibration, assessment, scores and metrics.
        #expect(try execute(more.graph).run == 7)
    }
}

extension TinyDataSet {
    /// A sweep over the tiny job with these members of `parameters`; `more` adds members to the sweep, `job` to the
    /// job.
    func sweep(
        _ parameters: String, _ more: String = "", categories: [String] = ["bolt"], job: String = ""
    ) throws -> SweepManifest {
        let base = JSONSerializer.pretty(try manifest(categories, more: job).resolved)
        try write(Array(base.utf8), to: "tiny.json")
        let text = #"{"name": "tiny-sweep", "job": "tiny.json", "parameters": {\#(parameters)}\#(more)}"#
        return try SweepManifest.parse(bytes: Array(text.utf8), file: path + "/sweep.json")
    }
}
