import AnomalyDetection
import ContentStore
import DatasetTestSupport
import Datasets
import Imaging
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

@Suite("Ground truth and a region of interest")
struct RegionIngestTests {
    private let data: TinyDataSet
    private let bench: StageBench
    /// Columns 6 to 23 of the images, which have 24 x 16 pixels.
    private static let region = RegionOfInterest(.polygon, corners: [0.25, 0, 1, 0, 1, 1, 0.25, 1])

    init() throws {
        data = try TinyDataSet()
        bench = try StageBench()
    }

    /// The entry of an image with a defect in some columns, and a saturation area.
    private func ingested(_ columns: Range<Int>) throws -> ImageIndex.Entry {
        let (name, maskName) = ("test/dent/000.png", "ground_truth/dent/000_mask.png")
        try data.writeImage(1, to: name)
        let mask = Mask(width: 24, height: 16, values: (0..<24 * 16).map { columns.contains($0 % 24) ? 1 : 0 })
        try data.write(mask.pngBytes(), to: maskName)
        var image = SourceImage(
            file: name, path: "\(data.path)/\(name)", split: .test, kind: "dent", isAnomalous: true,
            maskPath: "\(data.path)/\(maskName)", maskFile: maskName)
        image.saturations = [RegionSaturation(pixelValue: 255, threshold: 1, isRelative: true)]
        let source = LocatedSource(
            image: image, digest: try Digest.of(filePath: image.path),
            maskDigests: [try Digest.of(filePath: "\(data.path)/\(maskName)")])
        let outputs = try bench.run(
            IngestStage(images: [source.source], width: 32, height: 32, region: Self.region, onBadImage: .fail),
            sources: [source])
        let index = try StageJSON.decode(ImageIndex.self, try bench.store.read(outputs["images.json"]!))
        return try #require(index.entries.first)
    }

    @Test(
        "An image whose defect lies outside is unlabelled, without saturation areas",
        arguments: [(0..<4, false), (4..<10, true), (10..<14, true)])
    func outside(columns: Range<Int>, isLabelled: Bool) throws {
        let entry = try ingested(columns)
        #expect((entry.isAnomalous == true) == isLabelled && (entry.isAnomalous == nil) == !isLabelled)
        #expect((entry.mask != nil) == isLabelled && (entry.regions != nil) == isLabelled)
    }
}
