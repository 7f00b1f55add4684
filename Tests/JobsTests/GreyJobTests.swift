import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Imaging
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite("A job on a grey data set") struct GreyJobTests {
    private let data: TinyDataSet
    private let bench: StageBench

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
        try data.writeCategory("bolt", train: 6)
        for number in 0..<6 { try writeGrey(number) }
    }

    /// Replaces a training image by a grey one with three channels.
    private func writeGrey(_ number: Int, spot: Float = 0) throws {
        var image = TinyDataSet.image(number).convertedToGrey().convertedToRGB()
        image.values[5] += spot
        try data.write(try PNGEncoder.encode(image), to: "bolt/train/good/00\(number).png")
    }

    private func run(_ job: Job) throws -> (summary: ExecutionSummary, colour: DataSetColour) {
        let summary = try bench.execute(job.graph)
        let digest = try #require(summary.output(of: job.cases[0].select, named: "colour.json"))
        return (summary, try StageJSON.decode(DataSetColour.self, try bench.store.read(digest)))
    }

    private func job(_ more: String = "") throws -> Job {
        try Job(try data.manifest(more: more)) { try $0.map { try Digest.of(filePath: $0) } }
    }

    @Test("decides once that it is grey and reports it; no training or measurement uses colours")
    func grey() throws {
        let job = try job(
            #", "augmentation": {"colour": 0.1, "brightness": 0.1}, "variants": {"a": {"corruption": {"model": "perlin"}}, "#
                + #""b": {"corruption": {"model": "nsa"}}, "c": {"corruption": {"model": "cutpaste"}}, "d": {}}"#)
        let (summary, colour) = try run(job)
        #expect(colour.isGrey)
        #expect(summary.warnings.contains { $0.text.contains("all 6 normal images are grey") })
        for item in job.cases {
            for task in item.corruptions {
                let digest = try #require(summary.output(of: task, named: "corruptions"))
                let shard = try CorruptionShard(bytes: try bench.store.read(digest), name: "\(task)")
                for sample in shard.samples {
                    let changed = sample.values.count / 3
                    #expect(sample.values[..<changed] == sample.values[changed..<2 * changed])
                    #expect(sample.values[..<changed] == sample.values[(2 * changed)...])
                }
            }
            let assessment = try StageJSON.decode(
                Assessment.self,
                try bench.store.read(try #require(summary.output(of: item.assess, named: "assessment.json"))))
            #expect(assessment.robustness.map(\.change) == CameraChange.possible(isGrey: true))
            let card = try StageJSON.decode(
                ModelCard.self, try bench.store.read(try #require(summary.output(of: item.card, named: "card.json"))))
            #expect(card.data.isGrey && card.limits.contains { $0.rule == "noColour" })
        }
    }

    @Test("becomes a colour job with one coloured normal image; all dependent tasks rerun")
    func oneColouredImage() throws {
        let before = try run(try job())
        try writeGrey(3, spot: 0.2)
        let job = try job()
        let after = try run(job)
        #expect(before.colour.isGrey && !after.colour.isGrey)
        let tasks = job.graph.tasks.filter { task in task.inputs.contains { $0.name == "colour" } }
        let stages = Set(tasks.map { type(of: $0.stage).name })
        #expect(stages == ["corrupt", "train", "calibrate", "assess", "inventory"])
        #expect(!after.summary.warnings.contains { $0.text.contains("grey") })
    }
}
