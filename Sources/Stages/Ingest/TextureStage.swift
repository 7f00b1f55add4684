import AnomalyDetection
import ContentStore
import Imaging
import Pipeline
import Synchronization

/// Decodes the foreign textures that corruptions may be filled with, at their own size.
struct TextureStage: Stage {
    static let name = "textures"
    /// 2: names are part of the key, as warnings have them.
    static let version = 2
    /// Larger textures are shrunk to this on their longer side: corruptions never show more of them.
    static let largestSide = 512

    var files: [IngestStage.Source]

    let outputs = ["textures.json"]

    var parameters: [KeyPart] {
        [
            KeyPart("files", .list(files.map { .digest($0.digest) })),
            KeyPart("names", .list(files.map { .text($0.image.file) })),
            KeyPart("largestSide", TextureStage.largestSide),
        ]
    }

    func run(_ context: TaskContext) throws {
        let files = files
        @Sendable func decode(_ index: Int) throws -> (packed: PackedImage, reading: ImageReading) {
            let image = files[index].image
            let bytes = try SourceBytes.read(
                image.path, in: image.folder, expecting: files[index].digest, name: image.file)
            let info = try ImageDecoder.probe(bytes: bytes, name: image.file, checksExtension: false)
            let scale = min(1, Double(TextureStage.largestSide) / Double(max(info.width, info.height)))
            return try IngestStage.decode(
                bytes, name: image.file, width: max(1, Int((Double(info.width) * scale).rounded())),
                height: max(1, Int((Double(info.height) * scale).rounded())))
        }
        // Of what is decoded here, so that it is decoded once for both memos.
        let readings = Mutex<[Int: ImageReading]>([:])
        let digests = try context.memoAll(
            stage: "texture", version: 2,
            parts: files.map {
                [KeyPart("source", .digest($0.digest)), KeyPart("largestSide", TextureStage.largestSide)]
            },
            unit: "textures"
        ) { index in
            let made = try decode(index)
            readings.withLock { $0[index] = made.reading }
            return made.packed.bytes
        }
        let stored = try context.memoAll(
            stage: ImageReading.memo, version: ImageReading.version,
            parts: files.map { [KeyPart("source", .digest($0.digest))] }, unit: "textures"
        ) { index in
            try StageJSON.encode(try readings.withLock { $0[index] } ?? decode(index).reading)
        }
        var samples = SampleRemarks()
        for (file, digest) in zip(files.map(\.image.file), stored) {
            let reading = try StageJSON.decode(ImageReading.self, try context.blob(digest))
            try reading.format.check(extensionOf: file)
            samples.add(reading, of: file)
        }
        for warning in samples.warnings { context.warn(warning) }
        try context.writeJSON(digests.sorted(), to: "textures.json")
    }
}
