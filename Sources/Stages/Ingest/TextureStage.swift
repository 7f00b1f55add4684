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

    struct Texture: Codable, Equatable, Sendable, NamedSetting {
        var file: String
        var digest: Digest

        var settingName: String { file }
    }

    var files: [Texture]
    var largestSide = TextureStage.largestSide

    var outputs: [String] { ["textures.json"] }

    /// What a packed texture depends on.
    private struct DecodingSettings: Encodable {
        var source: Digest
        var largestSide: Int
    }

    func run(_ context: TaskContext) throws {
        let (files, largestSide) = (files, largestSide)
        @Sendable func decode(_ index: Int) throws -> (packed: PackedImage, reading: ImageReading) {
            let file = files[index].file
            let bytes = try SourceBytes.read(context.source(file), expecting: files[index].digest, name: file)
            let info = try ImageDecoder.probe(bytes: bytes, name: file, checksExtension: false)
            let scale = min(1, Double(largestSide) / Double(max(info.width, info.height)))
            return try IngestStage.decode(
                bytes, name: file, width: max(1, Int((Double(info.width) * scale).rounded())),
                height: max(1, Int((Double(info.height) * scale).rounded())))
        }
        // Of what is decoded here, so that it is decoded once for both memos.
        let readings = Mutex<[Int: ImageReading]>([:])
        let digests = try context.memoAll(
            stage: "texture", version: 2,
            settings: files.map { DecodingSettings(source: $0.digest, largestSide: largestSide) }, unit: "textures"
        ) { index in
            let made = try decode(index)
            readings.withLock { $0[index] = made.reading }
            return made.packed.bytes
        }
        let stored = try context.memoAll(
            stage: ImageReading.memo, version: ImageReading.version,
            settings: files.map { ImageReading.Settings(source: $0.digest) }, unit: "textures"
        ) { index in
            try StageJSON.encode(try readings.withLock { $0[index] } ?? decode(index).reading)
        }
        var samples = SampleRemarks()
        for (file, digest) in zip(files.map(\.file), stored) {
            let reading = try StageJSON.decode(ImageReading.self, try context.blob(digest))
            try reading.format.check(extensionOf: file)
            samples.add(reading, of: file)
        }
        for warning in samples.warnings { context.warn(warning) }
        try context.writeJSON(digests.sorted(), to: "textures.json")
    }
}
