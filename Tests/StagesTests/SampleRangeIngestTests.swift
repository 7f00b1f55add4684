import ContentStore
import DatasetTestSupport
import Datasets
import Imaging
import Manifests
import Pipeline
import StageTestSupport
import Testing

@testable import AnomalyDetection
@testable import Jobs
@testable import Stages

/// Tests 12-bit images in 16-bit files.
@Suite("The sample range of a job")
struct SampleRangeIngestTests {
    private let data: TinyDataSet

    init() throws {
        data = try TinyDataSet()
        for number in 0..<4 { try write(number, to: "bolt/train/good/00\(number).tif") }
        try write(10, to: "bolt/test/good/000.tif")
    }

    /// Writes a 16-bit grey TIFF: little-endian, uncompressed, one strip.
    private func write(_ number: Int, to name: String) throws {
        let image = TinyDataSet.image(number).convertedToGrey()
        var file: [UInt8] = [0x49, 0x49]
        func append(_ value: Int, bytes: Int) {
            for byte in 0..<bytes { file.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
        }
        let entries = [
            (256, image.width), (257, image.height), (258, 16), (259, 1), (262, 1), (273, 122), (277, 1),
            (278, image.height), (279, 2 * image.values.count),
        ]
        for (value, bytes) in [(42, 2), (8, 4), (entries.count, 2)] { append(value, bytes: bytes) }
        for (tag, value) in entries {
            for (number, bytes) in [(tag, 2), (4, 2), (1, 4), (value, 4)] { append(number, bytes: bytes) }
        }
        append(0, bytes: 4)
        for value in image.values { append(Int((value * 4095).rounded()), bytes: 2) }
        try data.write(file, to: name)
    }

    private func packed(_ range: SampleRange?) throws -> (values: [UInt16], warnings: [String]) {
        let path = data.path + "/bolt/train/good/000.tif"
        let source = LocatedSource(
            image: SourceImage(
                file: "train/good/000.tif", path: path, split: .train, kind: "good", isAnomalous: false),
            digest: try Digest.of(filePath: path))
        let stage = IngestStage(images: [source.source], width: 24, height: 16, range: range, onBadImage: .fail)
        let bench = try StageBench()
        let task = PipelineTask(id: TaskID("ingest"), stage: stage, inputs: [], sources: source.locations)
        let summary = try bench.execute(TaskGraph([task]))
        let index = try StageJSON.decode(
            ImageIndex.self, try bench.store.read(#require(summary.output(of: task.id, named: "images.json"))))
        let bytes = try bench.store.read(#require(index.entries[0].pixels))
        return (try PackedImage(bytes: bytes, name: "x").values, summary.warnings.map(\.text))
    }

    @Test("Images that use the darkest sixteenth give a warning, and a sample range stretches them to the full scale")
    func scaled() throws {
        let dark = try packed(nil), bright = try packed(SampleRange(lowest: 0, highest: 4095))
        #expect(dark.warnings.count == 1 && dark.warnings[0].contains("\"range\": [0, 4095]"), "\(dark.warnings)")
        #expect(bright.warnings.isEmpty)
        #expect(zip(dark.values, bright.values).allSatisfy { abs(Int($1) - Int($0) * 65535 / 4095) <= 1 })
        let clipped = try packed(SampleRange(lowest: 0, highest: 2000))
        #expect(clipped.values.max() == 65535)
        #expect(
            clipped.warnings.count == 1 && clipped.warnings[0].contains("beyond the range [0, 2000], which are clipped")
        )
    }

    @Test("The range changes the keys of ingest and calibration, and is stored in the model for scoring")
    func keys() throws {
        func job(_ image: String) throws -> Job {
            let text = """
                {
                  "name": "tiny", "dataset": { "layout": "mvtec", "root": "." }, "image": \(image),
                  "network": { "baseWidth": 4 }, "training": { "steps": 1, "batchSize": 2, "warmupSteps": 0 }
                }
                """
            let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
            return try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        }
        let plain = try job(#"{ "width": 32, "height": 32 }"#)
        let ranged = try job(#"{ "width": 32, "height": 32, "range": [0, 4095] }"#)
        for stage in ["ingest", "calibrate"] {
            func parts(_ job: Job) -> [[KeyPart]] {
                job.graph.tasks.filter { type(of: $0.stage).name == stage }.map(\.stage.settings)
            }
            #expect(parts(plain) != parts(ranged), "\(stage)")
        }
        let bench = try StageBench()
        let summary = try bench.execute(ranged.graph)
        #expect(summary.warnings.allSatisfy { !$0.text.contains("\"range\"") })
        let model = try Model(
            bytes: try bench.store.read(#require(summary.output(of: ranged.cases[0].calibrate, named: "model"))),
            name: "m")
        #expect(model.range == SampleRange(lowest: 0, highest: 4095))
        let category = try DatasetScan.images(below: data.path + "/bolt/test/good")
        let scoring = try ScoringJob(
            model: model, category: category, engine: nil, setAsideBadImages: false, store: bench.store
        ) { try $0.map { try Digest.of(filePath: $0) } }
        let ingests = scoring.graph.tasks.compactMap { $0.stage as? IngestStage }
        #expect(!ingests.isEmpty && ingests.allSatisfy { $0.range == model.range })
    }

    @Test("A survey finds the range and writes it into the manifest")
    func survey() throws {
        let survey = try FolderSurvey(data.path + "/bolt", score: nil)
        let text = survey.manifest(relativeTo: data.path)
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/bolt.json")
        #expect(manifest.image.range == 0...4095)
        #expect(survey.findings.contains { $0.hasSuffix("as from a camera of fewer bits: the range [0, 4095]") })
    }

    @Test("A depth is short for a range, and both together are refused")
    func depth() throws {
        func manifest(_ image: String) throws -> JobManifest {
            let text = #"{ "name": "t", "dataset": { "layout": "folder", "normal": "." }, "image": \#(image) }"#
            return try JobManifest.parse(bytes: Array(text.utf8), file: "t.json")
        }
        #expect(try manifest(#"{ "depth": 10 }"#).image == manifest(#"{ "range": [0, 1023] }"#).image)
        #expect { try manifest(#"{ "depth": 10, "range": [0, 1023] }"#) } throws: { "\($0)".contains("/image/depth") }
        #expect { try manifest(#"{ "depth": 17 }"#) } throws: { "\($0)".contains("/image/depth") }
    }

    @Test(
        "Invalid or unordered bounds are refused",
        arguments: ["[0]", "[0, 1, 2]", "[4095, 0]", "[1, 1]", "12"])
    func refused(range: String) throws {
        let text =
            #"{ "name": "t", "dataset": { "layout": "folder", "normal": "." }, "image": { "range": \#(range) } }"#
        #expect { try JobManifest.parse(bytes: Array(text.utf8), file: "t.json") } throws: {
            "\($0)".contains("/image/range")
        }
    }
}
