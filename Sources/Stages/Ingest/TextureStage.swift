import AnomalyDetection
import ContentStore
import Host
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

/// Ingested textures, loaded from the store on demand. The most recently loaded ones are cached up to a memory limit.
final class TextureImages: ImageSource {
    /// The cache's memory limit, in bytes.
    static let keptBytes = 256 << 20

    private struct Kept {
        var textures: [Int: PackedImage] = [:]
        /// Cached indices, oldest first.
        var order: [Int] = []
        var bytes = 0
        /// The first error of a read.
        var failure: (any Error)?
    }

    private let digests: [Digest]
    private let context: TaskContext
    private let limitBytes: Int
    private let kept = Mutex(Kept())

    init(
        _ digests: [Digest], _ context: TaskContext,
        limitBytes: Int = ProcessResources.current.cacheBytes(atMost: TextureImages.keptBytes)
    ) {
        (self.digests, self.context, self.limitBytes) = (digests, context, limitBytes)
    }

    var count: Int { digests.count }

    /// Returns a black image if the texture cannot be read, because a corruption cannot throw; `requireReadable`
    /// reports the error.
    func image(at index: Int) -> PlanarImage {
        if let texture = kept.withLock({ $0.textures[index] }) { return texture.image }
        do {
            let digest = digests[index]
            let texture = try PackedImage(bytes: try context.blob(digest), name: "texture \(digest.short)")
            keep(texture, index)
            return texture.image
        } catch {
            kept.withLock { $0.failure = $0.failure ?? error }
            return PlanarImage(width: 1, height: 1, channels: 3, repeating: 0)
        }
    }

    /// Call this before using anything made from textures.
    ///
    /// - Throws: the error of a failed read.
    func requireReadable() throws {
        if let failure = kept.withLock({ $0.failure }) { throw failure }
    }

    private func keep(_ texture: PackedImage, _ index: Int) {
        func bytes(_ texture: PackedImage) -> Int { texture.values.count * MemoryLayout<UInt16>.stride }
        kept.withLock { kept in
            guard kept.textures.updateValue(texture, forKey: index) == nil else { return }
            kept.order.append(index)
            kept.bytes += bytes(texture)
            while kept.bytes > limitBytes, let oldest = kept.order.first {
                kept.order.removeFirst()
                if let gone = kept.textures.removeValue(forKey: oldest) { kept.bytes -= bytes(gone) }
            }
        }
    }
}
