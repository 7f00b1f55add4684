import AnomalyDetection
import ContentStore
import DatasetTestSupport
import PipelineTestSupport
import StageTestSupport
import Testing

@testable import Stages

@Suite("Textures in memory") struct TextureImagesTests {
    private let bench: StageBench

    init() throws { bench = try StageBench() }

    private func textures(_ count: Int) throws -> [PackedImage] {
        (0..<count).map {
            PackedImage(
                TinyDataSet.image($0),
                original: PackedImage.Original(width: 1, height: 1, bitDepth: 8, format: .png, colour: .rgb))
        }
    }

    @Test(
        "equal the stored ones in any order of access and under any memory limit",
        arguments: [0, 5000, 1 << 20])
    func anyMemory(limitBytes: Int) throws {
        let textures = try textures(9)
        let digests = try textures.map { try bench.store.put(bytes: $0.bytes) }
        let stage = ClosureStage("textures \(limitBytes)", outputs: []) { context in
            let images = TextureImages(digests, context, limitBytes: limitBytes)
            for index in [0, 1, 0, 8, 3, 3, 2, 4, 5, 6, 7, 8, 0, 1] {
                guard images.image(at: index) == textures[index].image else {
                    throw StageFailure(message: "texture \(index) is another one")
                }
            }
            try images.requireReadable()
        }
        _ = try bench.run(stage)
    }

    @Test("that cannot be read fail the task with the store's error")
    func missing() throws {
        let digest = Digest.of(text: "nothing")
        let stage = ClosureStage("missing", outputs: []) { context in
            let images = TextureImages([digest], context)
            _ = images.image(at: 0)
            try images.requireReadable()
        }
        let error = #expect(throws: (any Error).self) { try bench.run(stage) }
        #expect("\(error!)".contains("is missing from the store"))
    }
}
