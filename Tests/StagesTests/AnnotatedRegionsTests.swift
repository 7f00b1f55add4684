import ContentStore
import DatasetTestSupport
import Datasets
import Imaging
import Manifests
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

/// Regions of an annotation tool in a job.
@Suite struct AnnotatedRegionsTests {
    private let data: TinyDataSet

    init() throws {
        data = try TinyDataSet()
        for number in 0..<4 { try data.writeImage(number, to: "normal/\(number).png") }
        for number in 10..<13 { try data.writeImage(number, to: "new/\(number).png") }
    }

    private func job(width: Int = TinyDataSet.width, segmentation: String) throws -> Job {
        let labels = """
            {"images": [{"id": 1, "file_name": "10.png", "width": \(width), "height": 16}, {"id": 2, "file_name": "11.png"}],
             "categories": [{"id": 1, "name": "hole"}],
             "annotations": [{"image_id": 1, "category_id": 1, "segmentation": \(segmentation)}]}
            """
        try data.write(Array(labels.utf8), to: "labels.json")
        let text = """
            {
              "name": "tiny", "image": { "width": 32, "height": 32 }, "network": { "baseWidth": 4 },
              "dataset": {
                "layout": "folder", "normal": "normal", "score": "new", "onBadImage": "quarantine",
                "groundTruth": { "format": "coco", "file": "labels.json" } },
              "training": { "steps": 1, "batchSize": 2, "warmupSteps": 0 }
            }
            """
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/tiny.json")
        return try Job(manifest) { try $0.map { try Digest.of(filePath: $0) } }
    }

    /// The index of the test images, and the store that holds their masks.
    private func ingested(_ job: Job) throws -> (
        entries: [String: ImageIndex.Entry], bench: StageBench, warnings: [String]
    ) {
        let bench = try StageBench()
        let tasks = job.graph.tasks.filter { $0.stage is IngestStage }
        let summary = try bench.execute(TaskGraph(tasks))
        let entries = try tasks.flatMap { task in
            try StageJSON.decode(
                ImageIndex.self, try bench.store.read(#require(summary.output(of: task.id, named: "images.json")))
            ).entries
        }
        return (Dictionary(uniqueKeysWithValues: entries.map { ($0.file, $0) }), bench, summary.warnings.map(\.text))
    }

    @Test("The regions of an image become its mask, and label it")
    func mask() throws {
        let job = try job(segmentation: "[[2, 3, 8, 3, 8, 9, 2, 9]]")
        let (entries, bench, _) = try ingested(job)
        let annotated = try #require(entries["test/10.png"])
        #expect(annotated.isAnomalous == true && annotated.kind == "hole")
        let mask = try Mask.decode(bytes: try bench.store.read(#require(annotated.mask)), name: "mask.png")
        #expect((mask.width, mask.height, mask.area) == (TinyDataSet.width, TinyDataSet.height, 36))
        #expect(entries["test/11.png"]?.isAnomalous == false && entries["test/11.png"]?.mask == nil)
        #expect(entries["test/12.png"]?.isAnomalous == nil)
        #expect(job.warnings.contains { $0.contains("1 image is not in the annotations") })
    }

    @Test("Regions for another size set the image aside, and regions without a pixel give a warning")
    func faults() throws {
        let wide = try ingested(try job(width: 25, segmentation: "[[2, 3, 8, 3, 8, 9, 2, 9]]"))
        let rejection = try #require(wide.entries["test/10.png"]?.rejection)
        #expect(rejection.contains("the annotation of test/10.png has 25 x 16 pixels, but the image has 24 x 16"))
        let empty = try ingested(try job(segmentation: "[[900, 900, 901, 900, 901, 901]]"))
        #expect(empty.warnings.contains("the regions of test/10.png hold no pixel"))
    }

    @Test("Changed regions change the key of ingest, and a changed file without them does not")
    func keys() throws {
        func parts(_ job: Job) -> [[KeyPart]] {
            job.graph.tasks.filter { $0.stage is IngestStage }.map(\.stage.settings)
        }
        let first = parts(try job(segmentation: "[[2, 3, 8, 3, 8, 9, 2, 9]]"))
        #expect(first == parts(try job(segmentation: "[[2, 3, 8.0, 3, 8, 9, 2, 9]]")))
        #expect(first != parts(try job(segmentation: "[[2, 3, 8, 3, 8, 10, 2, 9]]")))
    }

    @Test("A survey writes the annotations into the manifest, and names those that it finds")
    func survey() throws {
        _ = try job(segmentation: "[[2, 3, 8, 3, 8, 9, 2, 9]]")
        let (normal, new) = (data.path + "/normal", data.path + "/new")
        let survey = try FolderSurvey(normal, score: new, groundTruth: data.path + "/labels.json")
        let text = survey.manifest(relativeTo: data.path)
        let manifest = try JobManifest.parse(bytes: Array(text.utf8), file: data.path + "/normal.json")
        #expect(manifest.dataset.groundTruth?.format == .coco)
        #expect(manifest.dataset.groundTruth?.file.absolute == data.path + "/labels.json")
        #expect(survey.findings.contains { $0.contains("1 normal and 1 defective test image") })
        let plain = try FolderSurvey(normal, score: new)
        #expect(
            plain.findings.contains { $0.contains("annotations of COCO, not used") && $0.contains("--ground-truth") })
    }
}
