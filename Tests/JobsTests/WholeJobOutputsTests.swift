import ContentStore
import DatasetTestSupport
import Foundation
import Host
import Manifests
import Pipeline
import StageTestSupport
import Tensors
import Testing

@testable import Jobs
@testable import Stages

/// Tests the outputs of every stage of a tiny job.
///
/// Floating-point kernels of a library differ between processors in the last bits, so digests are pinned only for the
/// processors that they were recorded on. On others, only the numbers are compared, which are
/// pinned everywhere, rounded to the precision on which instruction sets agree. If a stage's outputs change, raise its
/// `version`.
@Suite struct WholeJobOutputsTests {
    /// Libraries choose kernels by model and block sizes by caches; virtual machines of many kinds share a model name.
    private static let processor: String = {
        let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(separator: "\n")
        let values = ["cpu family", "model\t", "cache size"].map { name in
            lines.first { $0.hasPrefix(name) }?.split(separator: ":").last.map { String($0.dropFirst()) } ?? "?"
        }
        return ([HostDescription.current.processor] + values + [OneDNN.instructionSet]).joined(separator: ", ")
    }()

    /// The processors and instruction sets on which every stage gives the pinned bytes.
    private static let processors = [
        "AMD EPYC, 25, 17, 1024 KB, avx512_core_bf16", "AMD EPYC, 26, 2, 1024 KB, avx512_core_bf16",
    ]

    /// SHA-256 over the digests of all task outputs of a stage.
    private static let pinned = [
        "aggregate": "3ea21023e286", "assess": "f76a33cad094", "autoencoder": "9036d84ada4d",
        "calibrate": "5f5161b26479", "card": "09329a31291f", "choose": "a31d2d0030f3", "confidence": "0578448f0bb2",
        "corrupt": "810161921fce", "drift": "ddd4ed769748", "ingest": "93e43be3ad10", "inventory": "02cfdbee7e90",
        "metrics": "b4fe21269dea", "overlay": "7495d7b06d51", "record": "3644a171ac15", "report": "9d7a401fe296",
        "require": "7fcfb999f4c5", "score": "4e6d0a39ee2c", "select": "1546061562fc", "textures": "d52e06d75b01",
        "train": "eb043006923d",
    ]

    private static let versions = [
        "aggregate": 5, "assess": 9, "autoencoder": 4, "calibrate": 10, "card": 8, "choose": 5, "confidence": 2,
        "corrupt": 3, "drift": 2, "ingest": 12, "inventory": 2, "metrics": 7, "overlay": 2, "record": 1, "report": 11,
        "require": 1, "score": 7, "select": 3, "textures": 2, "train": 4,
    ]

    private let data: TinyDataSet
    private let bench: StageBench
    private let job: Job
    private let summary: ExecutionSummary

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
        try data.writeCategory("bolt", train: 8)
        try data.writeImage(30, to: "textures/a.png")
        let text = """
            {
              "name": "tiny",
              "dataset": { "layout": "mvtec", "root": ".", "categories": ["bolt"], "heldOutFraction": 0.25 },
              "image": { "width": 32, "height": 32 },
              "corruption": { "textures": "textures" },
              "network": { "baseWidth": 4 },
              "engine": { "name": "onednn", "precision": "float32" },
              "training": { "steps": 6, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2, "candidates": 2 },
              "scoring": { "normalization": "localContrast", "levels": 2 },
              "require": { "imageAUROC": ">= 0" }
            }
            """
        job = try Job(try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")) {
            try $0.map { try Digest.of(filePath: $0) }
        }
        summary = try bench.execute(job.graph)
    }

    /// Returns one digest per stage.
    private func digests() -> [String: String] {
        var lines: [String: [String]] = [:]
        for task in job.graph.tasks {
            for output in task.stage.outputs {
                let digest = summary.output(of: task.id, named: output).map(\.hex) ?? "none"
                lines[type(of: task.stage).name, default: []].append("\(task.id) \(output) \(digest)\n")
            }
        }
        return lines.mapValues { Digest.of(text: $0.sorted().joined()).short }
    }

    @Test("Every stage has the version of its pinned outputs")
    func versions() {
        var found: [String: Int] = [:]
        for task in job.graph.tasks { found[type(of: task.stage).name] = type(of: task.stage).version }
        #expect(found == WholeJobOutputsTests.versions)
    }

    @Test(
        "On a known processor, every stage gives the pinned bytes",
        .enabled(if: processors.contains(processor), "this processor has no pinned digests"))
    func bytes() {
        let found = digests()
        let pinned = WholeJobOutputsTests.pinned
        let changed = found.filter { pinned[$0.key] != $0.value }.sorted { $0.key < $1.key }
        #expect(changed.isEmpty, "these bytes have changed, raise the versions of their stages: \(changed)")
        #expect(found.count == pinned.count)
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ task: String, _ output: String) throws -> Value {
        let digest = try #require(summary.output(of: TaskID(task), named: output), "\(task) \(output)")
        return try StageJSON.decode(type, try bench.store.read(digest))
    }

    @Test("On every processor, training, calibration, scores and assessment give the pinned numbers")
    func numbers() throws {
        func isNear(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) <= 1e-3 * abs(expected) }
        let training = try read([TrainingPoint].self, "bolt/choose", "training.json")
        let calibration = try read(CalibrationRecord.self, "bolt/choose", "calibration.json")
        let assessment = try read(Assessment.self, "bolt/assess", "assessment.json")
        let scored = try #require(job.graph.tasks.first { type(of: $0.stage).name == "score" }).id
        let scores = try read(ScoreIndex.self, scored.path, "scores.json").entries.map { Double($0.score) }
        let found = [training[0].loss, training[training.count - 1].loss, Double(calibration.threshold)] + scores
        let expected = [0.418426, 0.476817, 2.17194, 1.18331, 1.28104]
        #expect(found.count == expected.count && zip(found, expected).allSatisfy(isNear), "\(found)")
        #expect(abs(assessment.criterion - 0.482) < 0.02, "\(assessment.criterion)")
    }
}
