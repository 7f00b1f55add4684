import AnomalyDetection
import Backbones
import ContentStore
import DatasetTestSupport
import Datasets
import Folders
import Imaging
import Manifests
import NeuralNetworks
import Pipeline
import SeededRandom
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite("A job on a region of interest")
struct RegionJobTests {
    private let data: TinyDataSet
    /// Columns 6 to 23 of the images, which have 24 x 16 pixels.
    private static let polygon = #"{ "polygon": [[0.25, 0], [1, 0], [1, 1], [0.25, 1]] }"#

    init() throws {
        data = try TinyDataSet()
        try data.writeCategory("bolt", train: 8)
    }

    /// The detectors of the tests: an autoencoder, and normal distributions of the features of a small network.
    enum Kind: String, CaseIterable { case ssae, gaussian, memory, random }

    private struct Run {
        var job: Job
        var bench: StageBench
        var summary: ExecutionSummary

        func output(_ task: TaskID, _ name: String) throws -> Digest {
            try #require(summary.output(of: task, named: name))
        }
        var entries: [ScoreIndex.Entry] {
            get throws {
                let digest = try output(TaskID("bolt/metrics"), "scores.json")
                return try StageJSON.decode(ScoreIndex.self, try bench.store.read(digest)).entries
            }
        }
        var model: Model {
            get throws {
                try Model(bytes: try bench.store.read(output(job.cases[0].calibrate, "model")), name: "m")
            }
        }
        var images: [ImageIndex.Entry] {
            get throws {
                try job.graph.tasks.filter { $0.stage is IngestStage }.flatMap { task in
                    try StageJSON.decode(ImageIndex.self, try bench.store.read(output(task.id, "images.json"))).entries
                }
            }
        }
    }

    /// A network of two convolutions.
    private static let graph: InferenceGraph = {
        var graph = InferenceGraph(scaling: .unit)
        func weights(_ count: Int, _ stream: String) -> [Float] {
            var generator = SeededGenerator(seed: 3, stream: stream)
            return (0..<count).map { _ in generator.uniform(-1, 1) }
        }
        func convolution(_ name: String, _ input: Int, _ inputs: Int, _ outputs: Int) -> Int {
            let window = InferenceWindow(square: 3, stride: 2, padding: .same)
            return graph.append(
                name,
                .convolution(
                    InferenceConvolution(
                        inputChannels: inputs, outputChannels: outputs, window: window,
                        weights: weights(outputs * inputs * 9, name))), input)
        }
        let stem = convolution("stem", 0, 3, 4)
        graph.taps = [.init("fine", convolution("fine", stem, 4, 6))]
        return graph
    }()

    private func manifest(_ region: String, _ kind: Kind, _ image: String, _ more: String) throws -> JobManifest {
        let text = """
            {
              "name": "tiny", "dataset": { "layout": "mvtec", "root": ".", "categories": ["bolt"] },
              "image": { \(image)\(region.isEmpty ? "" : ", \"region\": " + region) },
              "detector": { "kind": "\(kind)", "taps": ["fine"] },
              "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1, "stepsPerShard": 2 }\(more)
            }
            """
        return try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
    }

    private func job(_ manifest: JobManifest, _ bench: StageBench) throws -> Job {
        let backbone = Backbone(
            provenance: .init(title: "small", licence: "CC0-1.0", origin: "here", sha256: "00"), graph: Self.graph)
        let digest = try bench.store.put(bytes: backbone.bytes)
        return try Job(manifest, backbones: BackboneIndex { _ in digest }) {
            try $0.map { try Digest.of(filePath: $0) }
        }
    }

    private func run(
        _ region: String, _ kind: Kind = .ssae, image: String = #""width": 32, "height": 32"#,
        more: String = #", "network": { "baseWidth": 4 }"#
    ) throws -> Run {
        let bench = try StageBench()
        let job = try job(try manifest(region, kind, image, more), bench)
        return Run(job: job, bench: bench, summary: try bench.execute(job.graph))
    }

    /// An image that is white outside the polygon.
    private static func planted(_ image: PlanarImage) -> PlanarImage {
        var image = image
        for index in image.values.indices where index % image.width < image.width / 4 { image.values[index] = 1 }
        return image
    }

    private func write(_ image: PlanarImage, to name: String) throws {
        try data.write(try PNGEncoder.encode(image), to: name)
    }

    /// The mask of the polygon.
    private static let mask = Mask(
        width: 24, height: 16, values: (0..<24 * 16).map { $0 % 24 < 6 ? 0 : 1 })

    @Test("A large defect outside changes no score, no map, no threshold and no metric", arguments: Kind.allCases)
    func outside(kind: Kind) throws {
        let first = try run(Self.polygon, kind)
        try write(Self.planted(TinyDataSet.image(10)), to: "bolt/test/good/000.png")
        try write(Self.planted(TinyDataSet.image(11)), to: "bolt/test/dent/000.png")
        let second = try run(Self.polygon, kind)
        #expect(try first.entries.map(\.score) == second.entries.map(\.score))
        #expect(try first.entries.map(\.map) == second.entries.map(\.map))
        #expect(try first.entries.map(\.picture) == second.entries.map(\.picture))
        #expect(try first.entries.map(\.source) != second.entries.map(\.source))
        let task = TaskID("bolt/metrics")
        #expect(try first.output(task, "metrics.json") == second.output(task, "metrics.json"))
        #expect(
            try first.output(TaskID("bolt/drift"), "drift.json") == second.output(TaskID("bolt/drift"), "drift.json"))
        // Without the region, they differ.
        let whole = try run("", kind)
        #expect(try whole.entries.map(\.score) != first.entries.map(\.score))
        #expect(try whole.entries.map(\.map) != second.entries.map(\.map))
    }

    @Test(
        "What normal images show outside changes no training, no threshold and no assessment", arguments: Kind.allCases)
    func outsideOfTraining(kind: Kind) throws {
        let first = try run(Self.polygon, kind)
        let (bench, job) = (first.bench, first.job)
        // The same list of files with other pixels outside.
        func planted(_ name: String) throws -> Digest {
            let digest = try first.output(TaskID("bolt/select"), name)
            var index = try StageJSON.decode(TrainingIndex.self, try bench.store.read(digest))
            for number in index.entries.indices {
                let packed = try PackedImage(bytes: try bench.store.read(index.entries[number].pixels), name: "image")
                #expect(index.entries[number].region != nil)
                var image = packed.image
                for pixel in image.values.indices where pixel % 32 < 7 { image.values[pixel] = 1 }
                index.entries[number].pixels = try bench.store.put(
                    bytes: PackedImage(image, original: packed.original).bytes)
            }
            return try bench.put(json: index)
        }
        var known = ["training.json": try planted("training.json"), "heldout.json": try planted("heldout.json")]
        // Repeats the tasks from training to assessment in their order.
        let wanted = [
            CorruptStage.name, TrainStage.name, FitAutoencoderStage.name, FitGaussianStage.name, FitMemoryStage.name,
            FitRandomStage.name, CalibrateStage.name, AssessStage.name,
        ]
        var repeated = 0
        for task in job.graph.tasks where wanted.contains(type(of: task.stage).name) {
            let inputs = try task.inputs.map { input -> (String, Digest) in
                switch input.source {
                case .blob(let digest): (input.name, digest)
                case .output(let maker, let output):
                    (
                        input.name,
                        try (maker == TaskID("bolt/select") ? known[output] : nil) ?? first.output(maker, output)
                    )
                }
            }
            for (name, digest) in try bench.run(task.stage, inputs) {
                #expect(try digest == first.output(task.id, name), "\(task.id) \(name)")
                known["\(task.id) \(name)"] = digest
            }
            repeated += 1
        }
        #expect(repeated >= 3)
    }

    @Test("A region that covers everything gives the bytes of none", arguments: Kind.allCases)
    func everything(kind: Kind) throws {
        let whole = try run("", kind)
        let covered = try run(#"{ "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]] }"#, kind)
        #expect(try covered.images.allSatisfy { $0.region == nil && $0.originalRegion == nil })
        #expect(try whole.entries.map(\.map) == covered.entries.map(\.map))
        #expect(try whole.entries.map(\.score) == covered.entries.map(\.score))
        let overlays = try [whole, covered].map { try $0.output($0.job.cases[0].overlays[0], "overlays.json") }
        #expect(overlays[0] == overlays[1])
        #expect(
            try whole.model.payload == covered.model.payload && whole.model.calibration == covered.model.calibration)
    }

    @Test("Maps are lowest outside, and overlays are dark there")
    func pictures() throws {
        let run = try run(Self.polygon)
        for entry in try run.entries {
            let map = try FloatMap.decode(bytes: try run.bench.store.read(#require(entry.map)), name: "map")
            for pixel in map.values.indices where pixel % 24 < 6 { #expect(map.values[pixel] == map.values.min()) }
        }
        let digest = try run.output(run.job.cases[0].overlays[0], "overlays.json")
        let overlay = try #require(
            StageJSON.decode(OverlayIndex.self, try run.bench.store.read(digest)).entries.first
        ).overlay
        let picture = try ImageDecoder.decode(bytes: try run.bench.store.read(overlay), name: "overlay.png").image
        let values = picture.values.prefix(24 * 16).enumerated()
        let dark = values.filter { $0.offset % 24 < 6 }.map(\.element), bright = values.filter { $0.offset % 24 >= 6 }
        #expect(dark.max()! < 0.3 && bright.map(\.element).max()! > 0.3)
    }

    @Test("A mask for all images, and one for each, give what the polygon gives; the model scores alike")
    func masks() throws {
        try data.write(Self.mask.pngBytes(), to: "fixture.png")
        for file in ["train/good/00", "test/good/00", "test/dent/00"] {
            for number in 0..<8 { try data.write(Self.mask.pngBytes(), to: "regions/bolt/\(file)\(number).png") }
        }
        let (polygon, mask, masks) = (
            try run(Self.polygon), try run(#"{ "mask": "fixture.png" }"#), try run(#"{ "masks": "regions" }"#)
        )
        // A mask for all images is stored once.
        #expect(try Set(mask.images.map(\.originalRegion)).count == 1)
        for other in [mask, masks] {
            #expect(try other.entries.map(\.map) == polygon.entries.map(\.map))
            #expect(try other.entries.map(\.score) == polygon.entries.map(\.score))
        }
        for run in [polygon, mask, masks] {
            let model = try run.model
            var images = try DatasetScan.images(below: data.path + "/bolt/test")
            if model.region?.kind == .masks {
                try RegionMasks(NamedFolder(data.path + "/regions/bolt/test")).assign(to: &images.images)
            }
            let scoring = try ScoringJob(
                model: model, category: images, engine: nil, setAsideBadImages: false, store: run.bench.store
            ) { try $0.map { try Digest.of(filePath: $0) } }
            let summary = try run.bench.execute(scoring.graph)
            let found = try scoring.scores(summary, run.bench.store)
            #expect(try found.map(\.score) == run.entries.map(\.score) && found.map(\.map) == run.entries.map(\.map))
        }
    }

    @Test(
        "The region goes through the geometry of tiles, reduction, local contrast and augmentation",
        arguments: ["pixels", "localContrast"])
    func geometry(input: String) throws {
        let image = #""width": 96, "height": 64, "tile": { "width": 64, "height": 64, "overlap": 16 }"#
        let more = """
            , "network": { "baseWidth": 4, "reduction": 2, "input": "\(input)" },
            "augmentation": { "flipHorizontal": true, "shift": 0.1, "brightness": 0.1, "sharpness": 0.2 }
            """
        let first = try run(Self.polygon, image: image, more: more)
        try write(Self.planted(TinyDataSet.image(10)), to: "bolt/test/good/000.png")
        try write(Self.planted(TinyDataSet.image(11)), to: "bolt/test/dent/000.png")
        let second = try run(Self.polygon, image: image, more: more)
        #expect(try first.entries.map(\.map) == second.entries.map(\.map))
        #expect(try first.entries.map(\.score) == second.entries.map(\.score))
    }

    @Test("A region changes no byte of a map inside, where the receptive field lies inside", arguments: Kind.allCases)
    func inside(kind: Kind) throws {
        // The network of an autoencoder sees a tile; of two, the right one lies in the region.
        let tile = kind == .ssae ? #", "tile": { "width": 64, "height": 64, "overlap": 0 }"# : ""
        let whole = try run("", kind, image: #""width": 128, "height": 64"# + tile)
        var model = try whole.model
        func maps() throws -> [FloatMap] {
            let images = try DatasetScan.images(below: data.path + "/bolt/test")
            let scoring = try ScoringJob(
                model: model, category: images, engine: nil, setAsideBadImages: false, store: whole.bench.store
            ) { try $0.map { try Digest.of(filePath: $0) } }
            let summary = try whole.bench.execute(scoring.graph)
            return try scoring.scores(summary, whole.bench.store).map { entry in
                try FloatMap.decode(bytes: try whole.bench.store.read(#require(entry.map)), name: "map")
            }
        }
        let without = try maps()
        model.region = RegionOfInterest(.polygon, corners: [0.25, 0, 1, 0, 1, 1, 0.25, 1])
        let within = try maps()
        var differing = 0
        for (first, second) in zip(without, within) {
            for pixel in first.values.indices {
                let isEqual = first.values[pixel].bitPattern == second.values[pixel].bitPattern
                // 96 of 128 columns lie inside; the small network and the smoothing see fewer than 40.
                if pixel % 24 >= 15 { #expect(isEqual, "column \(pixel % 24)") }
                differing += isEqual ? 0 : 1
            }
        }
        #expect(differing > 0)
    }

    @Test("Ground truth outside does not count, and is reported")
    func groundTruth() throws {
        let run = try run(Self.polygon)
        let dent = try #require(try run.images.first { $0.kind == "dent" })
        let mask = try Mask.decode(bytes: try run.bench.store.read(#require(dent.mask)), name: "mask")
        #expect(mask.area == 48 && dent.isAnomalous == true)
        #expect(
            run.summary.warnings.contains {
                $0.text.contains("lies partly outside the region of interest")
                    && $0.text.contains("test/dent/000.png (48 of 96 pixels)")
            })
        // The truth lies in the upper left quarter.
        let other = try self.run(#"{ "polygon": [[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 1]] }"#)
        let lost = try #require(try other.images.first { $0.kind == "dent" })
        #expect(lost.mask == nil && lost.isAnomalous == nil)
        #expect(
            other.summary.warnings.contains { $0.text.contains("it counts as unlabelled: test/dent/000.png (96 of 96") }
        )
        let figures = try StageJSON.decode(
            CategoryMetrics.self, try other.bench.store.read(other.output(TaskID("bolt/metrics"), "metrics.json"))
        ).figures
        #expect(figures.images.unlabelled == 1 && figures.images.anomalous == 0)
    }

    @Test("The object on a plain background is a region, and images without one are judged as a whole")
    func object() throws {
        for number in 0..<8 {
            var image = PlanarImage(width: 48, height: 48, channels: 3, repeating: 0.9)
            for index in image.values.indices
            where (12..<36).contains(index % 48) && (12..<36).contains(index / 48 % 48) {
                image.values[index] = Float((index * 7 + number * 3) % 50) / 255
            }
            try write(image, to: "bolt/train/good/00\(number).png")
        }
        let run = try run(#""auto""#)
        let entry = try #require(try run.images.first { $0.file == "train/good/000.png" })
        let region = try Mask.decode(bytes: try run.bench.store.read(#require(entry.region)), name: "region")
        // The object has 16 x 16 of 32 x 32 pixels, with a margin of one.
        #expect((256...400).contains(region.area))
        // The other test images have no plain background.
        #expect(
            run.summary.warnings.contains {
                $0.text.contains("no object stands out") && $0.text.contains("which are judged as a whole")
            })
    }

    private func failure(_ region: String) throws -> String {
        do {
            _ = try run(region)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test("Masks of another size, empty and missing masks and regions without a pixel are errors that name them")
    func faults() throws {
        try data.write(
            Mask(width: 20, height: 16, values: [UInt8](repeating: 0, count: 160) + [UInt8](repeating: 1, count: 160))
                .pngBytes(), to: "narrow.png")
        try data.write(
            Mask(width: 24, height: 16, values: [UInt8](repeating: 0, count: 24 * 16)).pngBytes(), to: "empty.png")
        let narrow = try failure(#"{ "mask": "narrow.png" }"#)
        #expect(narrow.contains("the region of interest for train/good/000.png has 20 x 16 pixels"), "\(narrow)")
        #expect(narrow.contains("the image has 24 x 16"))
        #expect(try failure(#"{ "mask": "empty.png" }"#).contains("empty.png holds no pixel"))
        #expect(try failure(#"{ "polygon": [[0.1, 0.1], [0.1, 0.9], [0.1, 0.5]] }"#).contains("holds no pixel"))
        let missing = try failure(#"{ "masks": "nowhere" }"#)
        #expect(missing.contains("no such folder"), "\(missing)")
        for number in 0..<7 { try data.write(Self.mask.pngBytes(), to: "regions/bolt/train/good/00\(number).png") }
        let few = try failure(#"{ "masks": "regions" }"#)
        #expect(few.contains("3 images have no mask of the region of interest") && few.contains("test/dent/000.png"))
    }

    @Test("A region so narrow that no whole pixel of the resized image lies in it is an error")
    func vanishes() throws {
        for name in ["train/good/000", "train/good/001", "train/good/002", "test/good/000", "test/dent/000"] {
            try write(TinyDataSet.image(1, width: 320, height: 320), to: "bolt/\(name).png")
        }
        let text = try failure(#"{ "polygon": [[0.5, 0], [0.51, 0], [0.51, 1], [0.5, 1]] }"#)
        #expect(text.contains("no whole pixel of an image of 32 x 32"), "\(text)")
    }
}
