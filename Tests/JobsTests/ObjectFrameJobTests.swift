import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Datasets
import Glibc
import Imaging
import Manifests
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite("A job on objects in any direction")
struct ObjectFrameJobTests {
    private let data: TinyDataSet
    /// The directions of the objects in the training images.
    private static let angles: [Float] = [0, 0.7, 1.5, 2.4, -0.6, -1.4, -2.2, 3]

    init() throws {
        data = try TinyDataSet()
        for (number, angle) in Self.angles.enumerated() {
            try write(Self.wedge(angle), to: "bolt/train/good/00\(number).png")
        }
        try write(Self.wedge(1), to: "bolt/test/good/000.png")
        try write(Self.wedge(-1, isMarked: true), to: "bolt/test/mark/000.png")
    }

    /// A bright wedge on a dark background, 96 x 80 pixels; marked with a dark spot near its thick end.
    ///
    /// - Parameter size: the size of the object, 1 at most.
    private static func wedge(_ angle: Float, isMarked: Bool = false, size: Float = 1) -> PlanarImage {
        var image = PlanarImage(width: 96, height: 80, channels: 3, repeating: 0.1)
        let along = SIMD2(cosf(angle), sinf(angle))
        for index in 0..<96 * 80 {
            let offset = SIMD2(Float(index % 96) - 48, Float(index / 96) - 40) / size
            let u = (offset * along).sum(), v = offset.y * along.x - offset.x * along.y
            guard abs(u) <= 26, abs(v) <= 9 - u / 5 else { continue }
            let isSpot = isMarked && hypotf(u + 14, v) < 5
            for channel in 0..<3 { image.values[channel * 7680 + index] = isSpot ? 0.4 : 0.8 + 0.1 * sinf(u) }
        }
        return image
    }

    private func write(_ image: PlanarImage, to name: String) throws {
        try data.write(try PNGEncoder.encode(image), to: name)
    }

    private func survey() throws -> (survey: FolderSurvey, manifest: JobManifest) {
        let survey = try FolderSurvey(data.path + "/bolt", score: nil)
        let text = survey.manifest(relativeTo: data.path)
        return (survey, try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/bolt.json"))
    }

    @Test("init sees that they lie in any direction, and cuts out a frame of their size")
    func found() throws {
        let (survey, manifest) = try survey()
        let frame = try #require(manifest.image.frame)
        // The object is 52 pixels long and 28 wide at its thick end; the shorter side is 80.
        #expect((0.65...0.8).contains(frame.width) && (0.35...0.55).contains(frame.height))
        let ratio = Double(manifest.image.width) / Double(manifest.image.height)
        #expect(abs(ratio / (frame.width / frame.height) - 1) < 0.15)
        #expect(survey.findings.contains { $0.hasPrefix("it lies in any direction") })
    }

    @Test("init leaves objects that lie alike as they are")
    func alike() throws {
        for number in Self.angles.indices {
            try write(Self.wedge(0.02 * Float(number)), to: "bolt/train/good/00\(number).png")
        }
        #expect(try survey().manifest.image.frame == nil)
    }

    @Test("init leaves marks of any size as they are")
    func marks() throws {
        for (number, angle) in Self.angles.enumerated() {
            try write(
                Self.wedge(angle, size: 0.4 + 0.08 * Float(number)), to: "bolt/train/good/00\(number).png")
        }
        #expect(try survey().manifest.image.frame == nil)
    }

    @Test("Of several categories, init turns those that lie in any direction, and gives each what it needs")
    func mixed() throws {
        for number in Self.angles.indices {
            for category in ["nut", "pin"] {
                try write(Self.wedge(0.02 * Float(number)), to: "\(category)/train/good/00\(number).png")
            }
            try data.writeImage(number, to: "cloth/train/good/00\(number).png")
        }
        let survey = try FolderSurvey(data.path, score: nil)
        #expect(survey.findings.contains { $0.hasPrefix("bolt: it lies in any direction") }, "\(survey.findings)")
        #expect(survey.findings.contains { $0.hasPrefix("bolt, nut, pin: most images show an object") })
        #expect(survey.findings.contains { $0.hasPrefix("cloth: no plain background") })
        let text = survey.manifest(relativeTo: data.path)
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/all.json")
        func of(_ category: String) throws -> JobManifest { try manifest.narrowed(to: category) }
        #expect(try of("bolt").image.frame != nil && of("nut").image.frame == nil && of("cloth").image.frame == nil)
        #expect(try of("cloth").corruption.foregroundOnly != of("nut").corruption.foregroundOnly)
        // As alone.
        for category in ["bolt", "nut", "cloth"] {
            let own = try FolderSurvey(data.path + "/" + category, score: nil).manifest(relativeTo: data.path)
            let alone = try JobManifest.parse(bytes: Array(own.utf8), file: data.path + "/own.json")
            let together = try of(category)
            #expect(together.image == alone.image && together.network == alone.network, "\(category): \(text)")
            #expect(together.augmentation == alone.augmentation && together.corruption == alone.corruption)
        }
    }

    @Test("maps have the size of the images and lie on the objects; scoring with the model agrees")
    func run() throws {
        let text = """
            {
              "name": "tiny", "dataset": { "layout": "mvtec", "root": "." },
              "image": { "width": 48, "height": 32, "frame": { "width": 0.75, "height": 0.5 } },
              "network": { "baseWidth": 4 }, "training": { "steps": 4, "batchSize": 2, "warmupSteps": 1 }
            }
            """
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let bench = try StageBench()
        let summary = try bench.execute(job.graph)
        func scores(_ task: String) throws -> [ScoreIndex.Entry] {
            let digest = try #require(summary.output(of: TaskID(task), named: "scores.json"))
            return try StageJSON.decode(ScoreIndex.self, try bench.store.read(digest)).entries
        }
        let entries = try scores("bolt/metrics")
        #expect(entries.count == 2)
        let model = try Model(
            bytes: try bench.store.read(#require(summary.output(of: job.cases[0].calibrate, named: "model"))), name: "m"
        )
        #expect(model.frame == ObjectFrame(width: 0.75, height: 0.5))
        for entry in entries {
            let map = try FloatMap.decode(bytes: try bench.store.read(#require(entry.map)), name: "map")
            #expect((map.width, map.height) == (96, 80))
            // The corners lie outside every frame.
            #expect(map.values[0] == map.values.min())
        }
        let marked = try #require(entries.first { $0.kind == "mark" })
        let map = try FloatMap.decode(bytes: try bench.store.read(#require(marked.map)), name: "map")
        // A network after four steps restores nothing: its error is large on the bright object, wherever that lies.
        let object = Self.wedge(-1).values.prefix(7680).map { $0 > 0.5 }
        func mean(_ isObject: Bool) -> Float {
            let found = map.values.indices.filter { object[$0] == isObject && map.values[$0] != map.values.min() }
            return found.reduce(0) { $0 + map.values[$1] } / Float(found.count)
        }
        #expect(mean(true) > 1.5 * mean(false), "\(mean(true)) \(mean(false))")
        let category = try DatasetScan.images(below: data.path + "/bolt/test/mark")
        let scoring = try ScoringJob(
            model: model, category: category, engine: nil, setAsideBadImages: false, store: bench.store
        ) { try $0.map { try Digest.of(filePath: $0) } }
        let second = try bench.execute(scoring.graph)
        let digest = try #require(
            scoring.graph.tasks.first { $0.stage is MetricsStage }.flatMap {
                second.output(of: $0.id, named: "scores.json")
            })
        let again = try StageJSON.decode(ScoreIndex.self, try bench.store.read(digest)).entries
        #expect(again.map(\.score) == [marked.score] && again.map(\.map) == [marked.map])
    }
}
