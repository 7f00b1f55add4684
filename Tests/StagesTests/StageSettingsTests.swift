import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Datasets
import Foundation
import Manifests
import Pipeline
import Testing

@testable import Jobs
@testable import Retraining
@testable import Stages

/// Every stored value of a stage must be part of its key, and survive the transfer to a worker process.
@Suite("Settings of stages") struct StageSettingsTests {
    private let data: TinyDataSet

    init() throws {
        data = try TinyDataSet()
        try data.writeCategory("bolt")
        try data.writeImage(40, to: "textures/a.png")
    }

    /// Stages of every type, with as many settings as possible.
    private func stages() throws -> [any Stage] {
        let manifest = try data.manifest(
            more: """
                , "corruption": { "textures": "textures" }, "calibration": { "threshold": 0.5 },
                "require": { "imageAUROC": ">= 0.5" }
                """)
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let recipe = try TrainingRecipe(manifest)
        let gate = """
            {"name": "x", "retrain": {"incoming": "incoming"}, "dataset": {"layout": "mvtec", "root": "."}}
            """
        let retrain = try #require(
            try JobManifest.parse(bytes: Array(gate.utf8), file: data.path + "/x.json").retrain)
        var ingest = IngestStage(
            images: [], width: 3, height: 4, range: .init(lowest: 0, highest: 2), colour: .sRGB,
            region: RegionOfInterest(.polygon, corners: [0, 0, 1, 0, 0.5, 1]), onBadImage: .fail)
        var image = SourceImage(
            file: "a", path: "/a", split: .test, kind: "dent", isAnomalous: true, maskPath: "/m", maskFile: "m")
        image.furtherMasks = [SourceMask(file: "n", path: "/n")]
        image.saturations = [RegionSaturation(pixelValue: 255, threshold: 0.5, isRelative: true)]
        (image.sample, image.regionFile) = ("part", "r")
        ingest.images = [
            IngestStage.Source(
                image: image, digest: .of([1]), maskDigests: [.of([2]), .of([3])], regionDigest: .of([4]))
        ]
        var nsa = recipe
        nsa.corruption.model = .nsa
        return job.graph.tasks.map(\.stage) + [
            ingest, RegionStage(mask: .init(file: "r", digest: .of([3]))), CorruptStage(nsa, shard: 0),
            ChooseStage(count: 2, fusion: 1),
            PreviewStage(samples: recipe.samples, noise: 0.5, count: 3),
            ScoreStage(engine: recipe.engine, threshold: ChosenThreshold(0.5, origin: "here")),
            FitMemoryStage(
                memory: MemorySettings(taps: ["a"], points: 4, density: .divide, neighbours: 3, variants: 2),
                samples: recipe.samples, engine: recipe.engine),
            ExtendMemoryStage(
                memory: MemorySettings(taps: ["a"], points: 4, density: .divide, neighbours: 3, variants: 2),
                samples: recipe.samples, engine: recipe.engine),
            FitGaussianStage(
                gaussian: GaussianSettings(taps: ["a"], channels: 4, place: .all, variants: 2),
                samples: recipe.samples, engine: recipe.engine),
            FitRandomStage(
                random: RandomSettings(taps: ["a"], directions: 4, variants: 2), samples: recipe.samples,
                engine: recipe.engine),
            TrainSegmentationStage(
                network: recipe.network, segmentation: SegmentationSettings(baseWidth: 4), samples: recipe.samples,
                training: OptimiserSettings(recipe.training), engine: recipe.engine),
            FitSegmentationStage(
                network: recipe.network, reduction: 2, segmentation: SegmentationSettings(baseWidth: 4)),
            FitFusionStage(
                kinds: ["memory"], rule: .max, samples: recipe.samples, engine: recipe.engine,
                scoring: ScoringParameters(boxSize: 3, boxPasses: 1, imageScore: .max, topFraction: 0.5)),
            FitExternalStage(
                external: ExternalProgram(
                    files: [.init(file: "a", digest: .of([1]))], fit: ["b"], score: ["c"], scores: true,
                    timeoutSeconds: 3), seed: 1, grid: recipe.grid),
            FitMapsStage(maps: [.init(file: "a", digest: .of([1]))], scores: true, grid: recipe.grid),
            EnrolStage(replay: 0.5, measuresNormalization: true), FingerprintStage(),
            WarmStartStage(withSegmentation: true),
            GateStage(gate: retrain.gate),
        ]
    }

    @Test("Every stage of the program is covered, and registered under its own name")
    func all() throws {
        let names = Set(try stages().map { type(of: $0).name })
        #expect(names.count == 35)
        for stage in try stages() {
            let task = PipelineTask(id: TaskID("t"), stage: stage, inputs: [])
            let key = ActionKey(stage: type(of: stage).name, version: 1, parts: [])
            let record = try TaskRecord(task, key: key, attempt: Attempt(action: key.digest, number: 1))
            #expect(try Job.stages.stage(of: record).settingsDigest == stage.settingsDigest, "\(type(of: stage).name)")
        }
    }

    @Test("Every changed setting changes the key")
    func everySetting() throws {
        var changed = 0
        for stage in try stages() {
            for other in try Self.variants(stage) {
                changed += 1
                #expect(other.stage.settingsDigest != stage.settingsDigest, "\(type(of: stage).name): \(other.setting)")
            }
        }
        #expect(changed > 300)
    }

    @Test("Every stored property is encoded at any depth")
    func everyProperty() throws {
        for stage in try stages() {
            let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(stage))
            Self.expectEncoded(Mirror(reflecting: stage), object, "\(type(of: stage).name)")
        }
    }

    /// Copies of the stage with one changed setting each, if the stage accepts the other value.
    private static func variants<S: Stage>(_ stage: S) throws -> [(setting: String, stage: any Stage)] {
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(stage))
        return changes(object, "").compactMap { setting, changed in
            guard let bytes = try? JSONSerialization.data(withJSONObject: changed, options: .fragmentsAllowed),
                let other = try? JSONDecoder().decode(S.self, from: bytes)
            else { return nil }
            return (setting, other)
        }
    }

    private static func changes(_ value: Any, _ path: String) -> [(String, Any)] {
        switch value {
        case let object as [String: Any]:
            return object.sorted { $0.key < $1.key }.flatMap { key, inner in
                changes(inner, path + "/" + key).map { name, changed in
                    var other = object
                    other[key] = changed
                    return (name, other as Any)
                }
            }
        case let list as [Any]:
            return list.enumerated().flatMap { index, inner in
                changes(inner, path + "/\(index)").map { name, changed in
                    var other = list
                    other[index] = changed
                    return (name, other as Any)
                }
            }
        case let number as NSNumber
        where "\(type(of: number))".contains("Bool") || number === (true as NSNumber)
            || number === (false as NSNumber):
            return [(path, !number.boolValue)]
        case let number as NSNumber:
            return [(path, number.doubleValue + 1)] + (number.doubleValue == 0 ? [] : [(path, number.doubleValue / 2)])
        case let text as String where text.utf8.count == 64: return [(path, String(text.reversed()))]
        case let text as String: return [(path, text + "x")]
        default: return []
        }
    }

    private static func expectEncoded(_ mirror: Mirror, _ value: Any, _ path: String) {
        guard mirror.displayStyle == .struct, let object = value as? [String: Any] else { return }
        for child in mirror.children {
            guard let label = child.label else { continue }
            let inner = Mirror(reflecting: child.value)
            if inner.displayStyle == .optional, inner.children.isEmpty { continue }
            let key = label == "kind" && object["kind"] == nil ? "name" : label
            #expect(object[key] != nil, "\(path).\(label) is not encoded")
            let content = inner.displayStyle == .optional ? inner.children.first?.value ?? child.value : child.value
            if let encoded = object[key] { expectEncoded(Mirror(reflecting: content), encoded, path + "." + label) }
        }
    }
}
