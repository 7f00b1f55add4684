import ContentStore
import DatasetTestSupport
import Datasets
import Imaging
import Pipeline
import StageTestSupport
import Testing

@testable import Jobs
@testable import Stages

/// Memos in the store are keyed by bytes only, so they must not affect the result for a file with another name.
@Suite("Ingest and the store")
struct IngestMemoTests {
    private let data: TinyDataSet

    init() throws { data = try TinyDataSet() }

    /// A comparable result of ingest: the state of each image, and the warnings.
    private struct Outcome: Equatable {
        var entries: [String]
        var warnings: [String]
    }

    private func jpeg(strayBytes: Int = 0) throws -> [UInt8] {
        var bytes = try JPEGEncoder.encode(TinyDataSet.image(1), quality: 90)
        bytes.insert(contentsOf: [UInt8](repeating: 7, count: strayBytes), at: bytes.count - 2)
        return bytes
    }

    /// Masks with two and with more values, in matching and other file formats.
    private func files() throws -> [(image: String, mask: String)] {
        let shades = try JPEGEncoder.encode(
            PlanarImage(width: 24, height: 16, channels: 1, values: TinyDataSet.mask().values.map { Float($0) }),
            quality: 80)
        let png = try PNGEncoder.encode(TinyDataSet.image(1)), mask = TinyDataSet.mask().pngBytes()
        var pairs: [(String, String)] = []
        let images =
            [("png", png), ("jpg", png), ("jpg", try jpeg()), ("png", try jpeg(strayBytes: 40))]
            + [("JPEG", try jpeg(strayBytes: 40)), ("tif", png), ("png", Array(png.prefix(90)))]
        let masks = [("png", mask), ("jpg", mask), ("jpeg", shades), ("png", shades), ("png", Array(mask.prefix(60)))]
        for (number, image) in images.enumerated() {
            for (other, mask) in masks.enumerated() {
                let stem = "i\(number)m\(other)"
                try data.write(image.1, to: "test/dent/\(stem).\(image.0)")
                try data.write(mask.1, to: "ground_truth/dent/\(stem)_mask.\(mask.0)")
                pairs.append(("test/dent/\(stem).\(image.0)", "ground_truth/dent/\(stem)_mask.\(mask.0)"))
            }
        }
        return pairs
    }

    private func source(_ pair: (image: String, mask: String)) throws -> LocatedSource {
        let path = data.path + "/"
        return LocatedSource(
            image: SourceImage(
                file: pair.image, path: path + pair.image, split: .test, kind: "dent", isAnomalous: true,
                maskPath: path + pair.mask, maskFile: pair.mask),
            digest: try Digest.of(filePath: path + pair.image), maskDigests: [try Digest.of(filePath: path + pair.mask)]
        )
    }

    private func ingest(_ sources: [LocatedSource], _ bench: StageBench) throws -> Outcome {
        let task = PipelineTask(
            id: TaskID("ingest"),
            stage: IngestStage(images: sources.map(\.source), width: 32, height: 32, onBadImage: .quarantine),
            inputs: [], sources: sources.locations)
        let summary = try bench.execute(TaskGraph([task]))
        let index = try StageJSON.decode(
            ImageIndex.self, try bench.store.read(#require(summary.output(of: task.id, named: "images.json"))))
        let entries = index.entries.map {
            "\($0.file) \($0.pixels?.short ?? "-") \($0.mask?.short ?? "-") \($0.rejection ?? "")"
        }
        return Outcome(entries: entries, warnings: summary.warnings.map(\.text))
    }

    @Test(
        "An image and its mask give the same result in a new store and in one that read their bytes under other names")
    func order() throws {
        let sources = try files().map(source)
        let together = try StageBench()
        let forward = try sources.map { try ingest([$0], together) }
        for (source, expected) in zip(sources, forward) {
            #expect(try ingest([source], StageBench()) == expected, "\(source.source.file)")
        }
        let backward = try StageBench()
        for (source, expected) in zip(sources, forward).reversed() {
            #expect(try ingest([source], backward) == expected, "\(source.source.file)")
        }
        // Ingest again from the store; warnings must be equal too.
        #expect(try sources.map { try ingest([$0], backward) } == forward)
    }

    @Test("A JPEG with a PNG mask is accepted, and a mask with the wrong extension is refused by its own name")
    func formats() throws {
        let outcome = try ingest(files().map(source), StageBench())
        let entries = Dictionary(uniqueKeysWithValues: outcome.entries.map { ($0.prefix { $0 != " " }, $0) })
        #expect(entries["test/dent/i2m0.jpg"]?.hasSuffix(" ") == true, "\(entries)")
        #expect(
            entries["test/dent/i2m1.jpg"]?.hasSuffix(
                "ground_truth/dent/i2m1_mask.jpg: the name says JPEG, the bytes are PNG; rename it to .png") == true)
        #expect(
            entries["test/dent/i1m0.jpg"]?.hasSuffix(
                "i1m0.jpg: the name says JPEG, the bytes are PNG; rename it to .png") == true)
        #expect(outcome.warnings.contains { $0.hasPrefix("ground_truth/dent/i2m2_mask.jpeg has more than two values") })
        #expect(
            outcome.warnings.contains {
                $0.hasPrefix("test/dent/i4m0.JPEG has ") && $0.contains(" stray bytes between JPEG segments")
            })
    }

    @Test("A texture with the wrong extension is refused, even if its bytes are known under another name")
    func textures() throws {
        try data.write(try jpeg(strayBytes: 40), to: "a.jpg")
        try data.write(try jpeg(strayBytes: 40), to: "b.png")
        func textures(_ name: String) throws -> (TextureStage, [LocatedSource]) {
            let path = data.path + "/" + name
            let image = SourceImage(file: name, path: path, split: .test, kind: "", isAnomalous: nil)
            let digest = try Digest.of(filePath: path)
            return (
                TextureStage(files: [TextureStage.Texture(file: name, digest: digest)]),
                [LocatedSource(image: image, digest: digest)]
            )
        }
        let bench = try StageBench()
        func run(_ name: String, _ bench: StageBench) throws {
            let (stage, sources) = try textures(name)
            _ = try bench.run(stage, sources: sources)
        }
        try run("a.jpg", bench)
        for bench in [bench, try StageBench()] {
            #expect { try run("b.png", bench) } throws: { "\($0)".contains("b.png: the name says PNG") }
        }
    }
}
