import AnomalyDetection
import ContentStore
import Imaging
import Pipeline
import Synchronization

/// Decodes the foreign textures that corruptions use as fill, at their original size.
package struct TextureStage: Stage {
    package static let name = "textures"
    /// History: 2 = names are part of the key, because warnings contain them.
    package static let version = 2
    /// The maximum length of the longer side, in pixels; larger textures are downscaled. Corruptions never show more.
    package static let largestSide = 512

    package struct Texture: Codable, Equatable, Sendable, NamedSetting {
        var file: String
        var digest: Digest

        package init(file: String, digest: Digest) {
            (self.file, self.digest) = (file, digest)
        }

        package var settingName: String { file }
    }

    var files: [Texture]
    var largestSide = TextureStage.largestSide

    package init(files: [Texture], largestSide: Int = TextureStage.largestSide) {
        (self.files, self.largestSide) = (files, largestSide)
    }

    package var outputs: [String] { ["textures.json"] }

    /// The settings that a packed texture depends on.
    private struct DecodingSettings: Encodable {
        var source: Digest
        var largestSide: Int
    }

    package func run(_ context: TaskContext) throws {
        let (files, largestSide) = (files, largestSide)
        @Sendable func decode(_ index: Int) throws -> IngestStage.Decoded {
            let file = files[index].file
            let bytes = try SourceBytes.read(context.source(file), expecting: files[index].digest, name: file)
            let info = try ImageDecoder.probe(bytes: bytes, name: file, checksExtension: false)
            let scale = min(1, Double(largestSide) / Double(max(info.width, info.height)))
            return try IngestStage.decode(
                bytes, name: file, width: max(1, Int((Double(info.width) * scale).rounded())),
                height: max(1, Int((Double(info.height) * scale).rounded())))
        }
        // Readings of textures decoded here, so that one decode serves both memos.
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
