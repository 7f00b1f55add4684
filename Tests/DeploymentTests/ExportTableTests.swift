import AnomalyDetection
import Backbones
import ContentStore
import Foundation
import Imaging
import PipelineTestSupport
import PythonTestSupport
import Testing

@testable import Deployment
@testable import Stages

/// Exported models by onnxruntime.
@Suite("Exported models") struct ExportTableTests {
    /// Every normalisation, level, tile setting, image score and kind of detector.
    static func examples() throws -> [SmallModels.Example] {
        typealias Small = SmallModels
        var examples: [SmallModels.Example] = []
        func add(
            _ name: String, _ kind: String, _ payload: [UInt8], _ scoring: ScoringParameters = Small.scoring(),
            _ grid: TileGrid = Small.single, range: SampleRange? = nil, threshold: Float? = nil,
            samples: ModelGraph.Samples? = nil, takesFloat: Bool = false, size: ModelGraph.ImageSize? = nil
        ) {
            let model = Small.model(kind, payload, scoring, grid, range: range, threshold: threshold)
            examples.append(.init(name: name, model: model, samples: samples, takesFloat: takesFloat, size: size))
        }
        for (normalization, levels) in [
            (ScoringParameters.MapNormalization.none, 1), (.expectedError, 1), (.expectedError, 4),
            (.localContrast, 1), (.localContrast, 3),
        ] {
            for (place, grid) in [("whole", Small.single), ("tiles", Small.tiled)] {
                let scoring = Small.scoring(normalization, levels: levels)
                add("ssae-\(normalization)-\(levels)-\(place)", "ssae", try Small.autoencoder(scoring), scoring, grid)
            }
        }
        for score in ScoringParameters.ImageScore.allCases {
            let scoring = Small.scoring(image: score)
            add("score-\(score)", "ssae", try Small.autoencoder(scoring), scoring)
        }
        for (scales, box, passes) in [(3, 3, 1), (4, 5, 4), (1, 1, 2), (2, 3, 0)] {
            let scoring = Small.scoring(scales: scales, box: box, passes: passes)
            add("scales-\(scales)-\(box)-\(passes)", "ssae", try Small.autoencoder(scoring), scoring)
        }
        let plain = try Small.autoencoder(Small.scoring())
        add("sdc", "ssae", try Small.autoencoder(Small.scoring(), architecture: .sdc))
        add("threshold", "ssae", plain, threshold: 0.01)
        add("sixteen-bits", "ssae", plain, samples: .uint16)
        add("float", "ssae", plain, takesFloat: true)
        add("float-of-sixteen-bits", "ssae", plain, samples: .uint16, takesFloat: true)
        add("range", "ssae", plain, range: SampleRange(lowest: 900, highest: 41_000))
        add("range-of-eight-bits", "ssae", plain, range: SampleRange(lowest: 900, highest: 41_000), samples: .uint8)
        for (width, height) in [(40, 32), (80, 32), (33, 100), (17, 64)] {
            add("size-\(width)-\(height)", "ssae", plain, size: .init(width: width, height: height))
        }
        for (place, grid) in [("whole", Small.large), ("tiles", Small.largeTiled)] {
            for normalization in ScoringParameters.MapNormalization.allCases {
                let scoring = Small.scoring(normalization, levels: normalization == .none ? 1 : 2)
                add(
                    "half-\(normalization)-\(place)", "ssae", try Small.autoencoder(scoring, reduction: 2), scoring,
                    grid)
            }
            for reduction in [1, 2] {
                let payload = try Small.segmentation(reduction: reduction)
                add("segmentation-\(reduction)-\(place)", "segmentation", payload, Small.scoring(), grid)
            }
            let scoring = Small.scoring(.localContrast, levels: 2)
            add(
                "local-contrast-\(place)", "ssae",
                try Small.autoencoder(scoring, reduction: 2, input: .localContrast), scoring, grid)
            add(
                "segmentation-local-contrast-\(place)", "segmentation",
                try Small.segmentation(reduction: 1, input: .localContrast), Small.scoring(), grid)
        }
        for (place, grid) in [("whole", Small.single), ("tiles", Small.tiled)] {
            for density in PatchDensity.allCases {
                add("memory-\(density)-\(place)", "memory", try Small.memory(density), Small.scoring(), grid)
            }
            let places = grid.isSingle ? 80 : 8 * 10 * grid.count
            add("gaussian-each-\(place)", "gaussian", Small.gaussian(places: places), Small.scoring(scales: 2), grid)
            add("gaussian-all-\(place)", "gaussian", Small.gaussian(places: 1), Small.scoring(), grid)
            add("random-\(place)", "random", Small.random(), Small.scoring(), grid)
            let scoring = Small.scoring(.expectedError, levels: 2)
            for rule in FusionRule.allCases {
                let parts = [
                    ("ssae", try Small.autoencoder(scoring)), ("memory", try Small.memory(.subtract)),
                    ("gaussian", Small.gaussian(places: places)), ("random", Small.random()),
                ]
                add("fusion-\(rule)-\(place)", "fusion", Small.fusion(rule, parts), scoring, grid)
            }
        }
        return examples
    }

    static func export(_ example: SmallModels.Example) throws -> ModelExport {
        try ModelExport(
            example.model, digest: Digest.of(example.model.bytes),
            backbone: example.isOnFeatures ? SmallModels.backbone : nil, card: nil, samples: example.samples,
            takesFloat: example.takesFloat,
            size: example.size)
    }

    @Test(
        "onnxruntime gives the scores, maps and verdicts of nominal score",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func agreement() throws {
        let folder = try TemporaryFolder()
        let examples = try Self.examples()
        #expect(examples.count > 40)
        for example in examples {
            let export = try Self.export(example)
            let file = "\(folder.path)/\(example.name).onnx"
            try AtomicFile.write(export.bytes, to: file, onlyIfChanged: false)
            let work = "\(folder.path)/work-\(example.name)"
            try AtomicFile.createFolder(work)
            try SelfTestMaker(export, backbone: example.isOnFeatures ? SmallModels.backbone.bytes : nil).write(
                beside: file, normal: nil, work: work, threads: 1)
        }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
        _ = try ProjectPython.output(of: [
            root.appending(path: "run_exports.py").path,
            root.appending(path: "../../packaging/onnx/runner.py").standardizedFileURL.path, folder.path,
        ])
        var verdicts: Set<Bool> = []
        for example in examples {
            let test = "\(folder.path)/\(example.name).onnx.selftest"
            let expected = try SelfTest(
                bytes: try AtomicFile.read(test + "/" + SelfTest.fileName), name: example.name)
            for image in expected.images {
                let stem = image.file.dropLast(4)
                let answer = try RunnerAnswer(bytes: try AtomicFile.read("\(test)/\(stem).json"))
                let result = try answer.compared(
                    with: image, map: try FloatMap.decode(path: "\(test)/\(image.map)"), expected)
                #expect(result.isEqual(.float32), "\(example.name): \(result)")
                verdicts.insert(image.isAnomalous)
            }
        }
        #expect(verdicts == [true, false], "both verdicts occur")
    }

    @Test("The same model gives the same bytes; another threshold gives others")
    func deterministic() throws {
        let payload = try SmallModels.autoencoder(SmallModels.scoring())
        func bytes(_ threshold: Float?) throws -> [UInt8] {
            let model = SmallModels.model(
                "ssae", payload, SmallModels.scoring(), SmallModels.single, threshold: threshold)
            return try Self.export(.init(name: "a", model: model)).bytes
        }
        #expect(try bytes(nil) == bytes(nil))
        #expect(try bytes(nil) != bytes(2))
    }

    @Test("What ONNX cannot express is refused with the reason and a remedy")
    func refusals() throws {
        var framed = SmallModels.model(
            "ssae", try SmallModels.autoencoder(SmallModels.scoring()), SmallModels.scoring(), SmallModels.single)
        framed.frame = ObjectFrame(width: 1, height: 0.5)
        var restricted = framed
        (restricted.frame, restricted.region) = (nil, RegionOfInterest(.auto))
        let foreground = SmallModels.model(
            "memory", try SmallModels.memory(.none, foreground: true), SmallModels.scoring(), SmallModels.single)
        let program = SmallModels.model("external", [], SmallModels.scoring(), SmallModels.single)
        let maps = SmallModels.model("maps", [], SmallModels.scoring(), SmallModels.single)
        for (model, error) in [
            (framed, ModelGraphError.frame("small")), (restricted, .region("small")),
            (foreground, .foreground("small", kind: "memory")),
            (program, .program("small")), (maps, .maps("small")),
        ] {
            #expect(throws: error) {
                try ModelExport(model, digest: .of([1]), backbone: SmallModels.backbone, card: nil)
            }
        }
        let memory = SmallModels.model(
            "memory", try SmallModels.memory(.none), SmallModels.scoring(), SmallModels.single)
        #expect(throws: ModelGraphError.backbone("small")) {
            try ModelExport(memory, digest: .of([1]), backbone: nil, card: nil)
        }
    }

    @Test("The metadata names model, threshold and licence")
    func metadata() throws {
        let model = SmallModels.model(
            "ssae", try SmallModels.autoencoder(SmallModels.scoring()), SmallModels.scoring(), SmallModels.single)
        let card = Array("{\"statedByOwner\":{\"licence\":\"CC-BY-4.0\"}}".utf8)
        let graph = try ModelExport(model, digest: .of([7]), backbone: nil, card: card)
        let text = String(decoding: graph.bytes, as: UTF8.self)
        for word in ["nominal.threshold", "\(model.calibration.threshold)", Digest.of([7]).hex, "CC-BY-4.0"] {
            #expect(text.contains(word), "\(word)")
        }
    }
}
