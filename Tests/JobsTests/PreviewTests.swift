import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Foundation
import Imaging
import Manifests
import Pipeline
import PipelineTestSupport
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite struct PreviewTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
        try data.writeCategory("bolt")
    }

    private func job(_ more: String = "", _ categories: [String] = ["bolt"]) throws -> Job {
        try Job(data.manifest(categories, more: more)) { try $0.map { try Digest.of(filePath: $0) } }
    }

    private func sheet(_ job: Job, samples: Int) throws -> PlanarImage {
        let preview = try Preview(job, samples: samples)
        let exports = preview.exports(try bench.execute(preview.graph))
        #expect(exports.files.map(\.path) == ["bolt.png"])
        return try ImageDecoder.decode(bytes: try bench.store.read(exports.files[0].digest), name: "sheet").image
    }

    private func stages(_ preview: Preview) -> [String] {
        preview.graph.tasks.map { type(of: $0.stage).name }.sorted()
    }

    @Test("Only tasks that the first samples need are run, and nothing is trained")
    func graph() throws {
        // A shard has two steps of two images.
        for (samples, shards) in [(1, 1), (4, 1), (5, 2), (8, 2), (100, 2)] {
            let preview = try Preview(job(), samples: samples)
            let expected = Array(repeating: "corrupt", count: shards) + ["ingest", "preview", "select"]
            #expect(stages(preview) == expected, "\(samples)")
        }
    }

    @Test("The sheet shows the samples of the shards: clean, corrupted and mask")
    func content() throws {
        let job = try job(#", "augmentation": {"flipHorizontal": true, "brightness": 0.2}"#)
        let sheet = try sheet(job, samples: 5)
        let summary = try bench.execute(try TaskGraph(job.graph.part(neededFor: job.cases[0].corruptions)))
        let shards = try job.cases[0].corruptions.map {
            try CorruptionShard(
                bytes: try bench.store.read(try #require(summary.output(of: $0, named: "corruptions"))), name: "shard")
        }
        var expected = ContactSheet(largestSide: 256)
        let index = try #require(summary.output(of: job.cases[0].select, named: "training.json"))
        let images = try StageJSON.decode(TrainingIndex.self, try bench.store.read(index)).entries
        let training = try TrainingImages(
            try images.map {
                TrainingImages.Entry(path: try bench.store.verifiedPath($0.pixels), identity: $0.source.words.0)
            }
        ) { try AtomicFile.read($0) }
        let recipe = job.cases[0].recipe
        let replay = SampleReplay(
            images: training, augmentation: recipe.augmentation, seed: recipe.training.seed, noise: 0)
        for sample in shards.flatMap(\.samples).prefix(5) {
            let made = replay.sample(sample)
            expected.add(clean: made.clean, corrupted: made.corrupted)
        }
        let error = zip(sheet.values, expected.render().values).map { abs($0 - $1) }.max()
        #expect(try #require(error) <= 0.5001 / 255)
    }

    /// From version 3 of corruptions, which is in the key. PNG bytes depend on zlib; these are from 1.2.13.
    @Test("The preview has the pinned bytes; if they change, raise the version of the stage")
    func pinned() throws {
        let preview = try Preview(job(), samples: 4)
        let files = preview.exports(try bench.execute(preview.graph)).files
        #expect(PreviewStage.version == 1)
        #expect(files.map(\.digest.short) == ["c35580408e61"])
    }

    @Test("A job with fewer samples than requested shows all of them")
    func few() throws {
        let all = try sheet(job(), samples: 8)
        #expect(try sheet(job(), samples: 100) == all)
        #expect(try sheet(job(), samples: 7) != all)
    }

    @Test("Every case has a picture, and cases with equal training samples share the work")
    func cases() throws {
        let variants =
            #", "variants": {"slow": {"training": {"learningRate": 0.0001}}, "fast": {}, "#
            + #""noisy": {"training": {"noise": 0.1}}}"#
        let preview = try Preview(job(variants), samples: 2)
        #expect(stages(preview) == ["corrupt", "ingest", "preview", "preview", "select"])
        let files = preview.exports(try bench.execute(preview.graph)).files
        #expect(files.map(\.path) == ["bolt.fast.png", "bolt.noisy.png", "bolt.slow.png"])
        #expect(files[0].digest == files[2].digest)
        #expect(files[0].digest != files[1].digest)
    }

    @Test("A run reuses the tasks of a preview, and a second preview runs no task")
    func caching() throws {
        let job = try job()
        let preview = try Preview(job, samples: 8)
        #expect(try bench.execute(preview.graph).run == 5)
        #expect(try bench.execute(preview.graph).run == 0)
        #expect(try bench.execute(job.graph).cached == 4)
        #expect(try bench.execute(Preview(job, samples: 3).graph).run == 1)
    }

    @Test("Large images are downscaled with their aspect ratio")
    func large() throws {
        let text = try data.manifest().resolved.setting(
            "image", to: .object([JSONMember("width", .number(512)), JSONMember("height", .number(320))]))
        let manifest = try JobManifest.parse(
            bytes: Array(JSONSerializer.pretty(text).utf8), file: data.path + "/tiny.json")
        let job = try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
        let sheet = try sheet(job, samples: 1)
        #expect((sheet.width, sheet.height) == (3 * 256 + 4, 160))
    }
}
