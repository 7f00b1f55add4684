import ContentStore
import DatasetTestSupport
import Foundation
import Manifests
import Pipeline
import Tensors
import Testing

@testable import Jobs

/// Tests that every manifest setting changes the key parts of the stages that read it. Later stages change through
/// their inputs. A setting that is read but missing from the key would leave stale results in use.
@Suite("The keys of a job") struct SettingsInKeysTests {
    /// A setting, another value for it, and the settings that it requires to take effect.
    private struct Case: CustomStringConvertible {
        var setting: String
        var value: any Sendable
        var readers: Set<String>
        var besides: [String: any Sendable] = [:]

        var description: String { setting }
    }

    private static let samples: Set<String> = ["corrupt", "train", "calibrate"]
    /// Stages that depend on the sizes of images and tiles.
    private static let sizes: Set<String> = samples.union(["autoencoder"])

    private static func cases(_ names: [String], _ value: any Sendable, _ readers: Set<String>) -> [Case] {
        names.map { Case(setting: $0, value: value, readers: readers) }
    }

    private static let table: [Case] =
        cases(["/$schema", "/description"], "x", []) + cases(["/name"], "other", [])
        + [
            Case(setting: "/paths", value: "digest", readers: []),
            Case(setting: "/dataset/links", value: "follow", readers: []),
            Case(setting: "/dataset/onBadImage", value: "quarantine", readers: ["ingest"]),
            Case(setting: "/dataset/heldOutFraction", value: 0.4, readers: ["select"]),
            Case(setting: "/dataset/groups", value: "folders", readers: ["select"]),
            Case(setting: "/dataset/testFraction", value: 0.2, readers: ["ingest"]),
            Case(setting: "/image/colour", value: "sRGB", readers: ["ingest", "calibrate"]),
            Case(setting: "/image/depth", value: 12, readers: ["ingest", "calibrate"]),
            Case(setting: "/image/range", value: [0, 250], readers: ["ingest", "calibrate"]),
            Case(setting: "/image/pixelSize", value: 0.05, readers: ["calibrate"]),
            Case(setting: "/image/frame/width", value: 0.9, readers: ["ingest", "inventory", "calibrate"]),
            Case(setting: "/image/frame/height", value: 0.4, readers: ["ingest", "inventory", "calibrate"]),
            Case(setting: "/image/region", value: "auto", readers: ["ingest", "calibrate"]),
            Case(setting: "/image/width", value: 72, readers: sizes.union(["ingest"])),
            Case(setting: "/image/height", value: 72, readers: sizes.union(["ingest"])),
            Case(setting: "/image/tile/width", value: 40, readers: sizes),
            Case(setting: "/image/tile/height", value: 40, readers: sizes),
            // Corruptions take material from tiles of other images, and the overlap determines where these lie.
            Case(setting: "/image/tile/overlap", value: 4, readers: sizes),
        ]
        + cases(["flipHorizontal", "flipVertical", "quarterTurns"].map { "/augmentation/" + $0 }, true, samples)
        + cases(
            ["shift", "brightness", "contrast", "colour", "sharpness"].map { "/augmentation/" + $0 }, 0.125, samples)
        + [
            Case(setting: "/corruption/model", value: "perlin", readers: ["corrupt"]),
            Case(setting: "/corruption/cleanFraction", value: 0.25, readers: ["corrupt"]),
            Case(setting: "/corruption/textures", value: "textures", readers: ["textures"]),
            Case(setting: "/corruption/foregroundOnly", value: true, readers: ["corrupt"]),
        ]
        + [("patches", 2 as any Sendable), ("resize/min", 0.75), ("resize/max", 1.5), ("gradients", "mixed")].map {
            Case(
                setting: "/corruption/nsa/" + $0.0, value: $0.1, readers: ["corrupt"],
                besides: ["/corruption/model": "nsa"])
        }
        + [
            ("patches/min", 2 as any Sendable), ("patches/max", 4), ("size/min", 0.03), ("size/max", 0.5),
            ("opacity/min", 0.25), ("opacity/max", 0.75), ("softness/min", 0.001), ("softness/max", 0.05),
            ("elasticity", 0.5),
        ].map { Case(setting: "/corruption/structured/" + $0.0, value: $0.1, readers: ["corrupt"]) }
        + cases(["ellipse", "polygon", "stroke"].map { "/corruption/structured/shapes/" + $0 }, 7.5, ["corrupt"])
        + cases(
            ["texture", "cutPaste", "warp", "stain", "noise", "blur", "shift", "background"].map {
                "/corruption/structured/contents/" + $0
            }, 7.5, ["corrupt"])
        + [
            Case(
                setting: "/detector/kind", value: "memory",
                readers: ["corrupt", "train", "autoencoder", "memory", "calibrate", "assess", "score"]),
            Case(
                setting: "/detector/auto/of", value: ["memory", "gaussian-all"],
                readers: [
                    "corrupt", "train", "autoencoder", "gaussian", "fusion", "calibrate", "assess", "choose",
                ], besides: ["/detector/kind": "auto"]),
        ]
        + [
            ("taps", ["stage1"] as any Sendable), ("memory/points", 7), ("memory/density", "none"),
            ("memory/neighbours", 3), ("memory/variants", 2),
        ].map {
            Case(
                setting: "/detector/" + $0.0, value: $0.1, readers: ["memory"],
                besides: ["/detector/kind": "memory"])
        }
        + ["memory", "gaussian", "random"].map {
            Case(
                setting: "/detector/foreground", value: true, readers: [$0],
                besides: ["/detector/kind": $0, "/scoring/normalization": "none"])
        }
        + [
            (
                "of", ["memory", "gaussian-all"] as any Sendable,
                ["gaussian", "corrupt", "train", "autoencoder", "fusion", "calibrate"] as Set
            ),
            ("rule", "max", ["fusion"]),
        ]
        .map {
            Case(
                setting: "/detector/fusion/" + $0.0, value: $0.1, readers: $0.2,
                besides: ["/detector/kind": "fusion"])
        }
        + [("directions", 7 as any Sendable), ("variants", 2)].map {
            Case(
                setting: "/detector/random/" + $0.0, value: $0.1, readers: ["random"],
                besides: ["/detector/kind": "random"])
        }
        + [("channels", 7 as any Sendable), ("place", "all"), ("variants", 2)].map {
            Case(
                setting: "/detector/gaussian/" + $0.0, value: $0.1, readers: ["gaussian"],
                besides: ["/detector/kind": "gaussian"])
        }
        + [
            ("files", ["textures/a.png"] as any Sendable), ("fit", ["a"]), ("score", ["a"]), ("scores", true),
            ("timeoutSeconds", 7),
        ].map {
            Case(
                setting: "/detector/external/" + $0.0, value: $0.1, readers: ["external"],
                besides: [
                    "/detector/kind": "external", "/detector/external/score": ["b"],
                ])
        }
        + [
            Case(setting: "/network/architecture", value: "sdc-ccm", readers: ["train", "autoencoder"]),
            Case(setting: "/network/baseWidth", value: 8, readers: ["train", "autoencoder"]),
            Case(setting: "/network/input", value: "localContrast", readers: ["train", "autoencoder"]),
            Case(
                setting: "/network/input", value: "localContrast",
                readers: ["train", "trainSegmentation", "segmentation"], besides: ["/detector/kind": "segmentation"]),
            Case(
                setting: "/network/reduction", value: 2, readers: ["corrupt", "train", "autoencoder"],
                besides: ["/image/tile/width": 64, "/image/tile/height": 64]),
            Case(
                setting: "/detector/segmentation/baseWidth", value: 8, readers: ["trainSegmentation", "segmentation"],
                besides: ["/detector/kind": "segmentation"]),
            Case(
                setting: "/detector/segmentation/share", value: 1, readers: ["trainSegmentation"],
                besides: ["/detector/kind": "segmentation"]),
            Case(
                setting: "/engine/name", value: "openblas",
                readers: ["train", "autoencoder", "calibrate", "assess", "score"]),
            Case(
                setting: "/engine/precision", value: "auto", readers: OneDNN.instructions.hasMatrixUnit ? ["train"] : []
            ),
            Case(setting: "/training/steps", value: 6, readers: ["corrupt", "train"]),
            Case(setting: "/training/stopAfter", value: 2, readers: ["corrupt", "train"]),
            Case(setting: "/training/batchSize", value: 3, readers: samples),
            Case(setting: "/training/stepsPerShard", value: 4, readers: ["corrupt", "train"]),
            Case(setting: "/training/seed", value: 5, readers: samples.union(["assess"])),
            Case(setting: "/training/candidates", value: 2, readers: ["autoencoder", "calibrate", "assess", "choose"]),
            Case(setting: "/training/warmupSteps", value: 2, readers: ["train"]),
        ]
        + cases(
            ["learningRate", "finalLearningRate", "lambda", "noise", "averageDecay", "gradientNorm"].map {
                "/training/" + $0
            }, 0.0005, ["train"])
        + [
            ("boxSize", 5 as any Sendable), ("boxPasses", 2), ("scales", 2), ("levels", 2),
            ("normalization", "localContrast"), ("imageScore", "mean"), ("topFraction", 0.02),
        ].map {
            Case(
                setting: "/scoring/" + $0.0, value: $0.1, readers: ["autoencoder", "calibrate"],
                besides: $0.0 == "topFraction" ? ["/scoring/imageScore": "topK"] : [:])
        }
        + [
            Case(setting: "/scoring/shardSize", value: 1, readers: ["ingest", "score", "overlay"]),
            Case(setting: "/calibration/quantile", value: 0.9, readers: ["calibrate"]),
            Case(setting: "/calibration/costs/falseAlarm", value: 2, readers: ["calibrate"]),
            Case(setting: "/calibration/costs/miss", value: 2, readers: ["calibrate"]),
            Case(setting: "/calibration/estimate", value: "empirical", readers: ["calibrate"]),
            Case(setting: "/calibration/threshold", value: 0.5, readers: ["calibrate"]),
            Case(setting: "/calibration/pixelThreshold", value: 0.5, readers: ["calibrate"]),
            Case(setting: "/calibration/tolerance", value: 2.0, readers: ["confidence"]),
        ]

    /// Prefixes of settings that no stage of a job reads, with the reasons.
    private static let others = [
        "/preset": "stands for other settings", "/variants": "stands for other settings",
        "/perCategory": "stands for other settings", "/training/seeds": "makes a case for each seed",
        "/detector/backbone": "names a network, whose digest is in the keys", "/dataset/folders/": "as the layout",
        "/detector/external/maps": "names files, whose digests are in the keys",
        "/dataset/layout": "names files, whose digests are in the keys", "/dataset/root": "as the layout",
        "/dataset/categories": "as the layout", "/dataset/normal": "as the layout", "/dataset/score": "as the layout",
        "/dataset/groundTruth/": "names a file, whose regions are in the keys",
        "/require/": "read by the stage `require` alone, which makes nothing that others use",
        "/card/": "read by the stage `card` alone, as above",
        "/execution/": "where and how often tasks are tried: changes no result",
        "/retrain/": "read by the jobs of a night",
    ]

    /// Stages with the whole manifest, or all facts of a case, in their keys.
    private static let readers: Set<String> = ["record", "report", "card"]

    private let data: TinyDataSet

    init() throws {
        data = try TinyDataSet()
        try data.writeCategory("bolt", train: 24)
        for number in 12..<40 { try data.writeImage(number, to: "bolt/test/good/0\(number).png") }
        try data.writeImage(40, to: "textures/a.png")
    }

    private func manifest(_ settings: [String: any Sendable]) throws -> JobManifest {
        var document: [String: Any] = [
            "name": "tiny", "dataset": ["layout": "mvtec", "root": ".", "categories": ["bolt"]],
            "image": ["width": 64, "height": 64, "tile": ["width": 32, "height": 32, "overlap": 2]],
            "network": ["baseWidth": 4],
            "training": ["steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2, "learningRate": 0.01],
            "scoring": ["boxSize": 3, "normalization": "expectedError"],
        ]
        func set(_ value: Any, _ path: ArraySlice<Substring>, _ object: inout [String: Any]) {
            guard let name = path.first.map(String.init) else { return }
            if path.count == 1 {
                object[name] = value
            } else {
                var inner = object[name] as? [String: Any] ?? [:]
                set(value, path.dropFirst(), &inner)
                object[name] = inner
            }
        }
        for (name, value) in settings { set(value, name.split(separator: "/")[...], &document) }
        let bytes = try JSONSerialization.data(withJSONObject: document, options: .sortedKeys)
        return try JobManifest.parse(bytes: Array(bytes), file: data.path + "/tiny.json")
    }

    /// The key parts of all tasks of each stage.
    private func parameters(_ settings: [String: any Sendable]) throws -> [String: [String]] {
        let job = try Job(try manifest(settings)) { try $0.map { try Digest.of(filePath: $0) } }
        var found: [String: [String]] = [:]
        for task in job.graph.tasks {
            let digest = task.stage.settingsDigest.hex
            found[type(of: task.stage).name, default: []].append(digest)
        }
        return found.mapValues { $0.sorted() }
    }

    @Test("change with every setting in all stages that read it, and in no other")
    func everySetting() throws {
        for item in Self.table {
            let before = try parameters(item.besides)
            let after = try parameters(item.besides.merging([item.setting: item.value]) { $1 })
            let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
            #expect(changed.subtracting(Self.readers) == item.readers, "\(item.setting)")
        }
    }

    @Test("are tested for every setting in the schema")
    func everySettingIsKnown() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../schemas/job.schema.json")
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let definitions = schema["$defs"] as? [String: Any] ?? [:]
        func leaves(_ node: [String: Any], _ path: String) -> [String] {
            var node = node
            if let reference = node["$ref"] as? String, let name = reference.split(separator: "/").last {
                node = definitions[String(name)] as? [String: Any] ?? [:]
            }
            guard let properties = node["properties"] as? [String: Any] else { return [path] }
            return properties.flatMap { leaves($0.value as? [String: Any] ?? [:], path + "/" + $0.key) }
        }
        let known = Set(Self.table.map(\.setting))
        let settings = leaves(schema, "")
        #expect(settings.count > 100)
        for setting in settings where !known.contains(setting) {
            #expect(Self.others.keys.contains { setting.hasPrefix($0) }, "\(setting) is in no list")
        }
        #expect(known.isSubset(of: settings))
    }
}
