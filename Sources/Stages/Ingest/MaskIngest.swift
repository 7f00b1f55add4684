import ContentStore
import Imaging
import Pipeline

/// Ingests the mask of an image into the store.
struct MaskIngest {
    private let source: IngestStage.Source
    private let mask: IngestStage.Source.Mask

    /// The settings that a mask depends on.
    private struct Settings: Encodable {
        var source: Digest
    }

    /// A memoised mask with its properties. It is a pure function of the file's bytes.
    private struct Reading: Codable {
        var format: ImageFormat
        var width, height: Int
        var remarks: [String]
    }

    struct Result {
        /// The digest of a PNG at the size of the original.
        let digest: Digest
        let width, height: Int
    }

    /// - Returns: nil for an image without a mask.
    init?(_ source: IngestStage.Source) {
        guard let mask = source.mask else { return nil }
        (self.source, self.mask) = (source, mask)
    }

    /// - Throws: `ImagingError`, `IngestError`, `StoreError`.
    func ingest(_ context: TaskContext) throws -> Result {
        let name = "\(mask.file), the mask of \(source.file)"
        var decoded: DecodedMask?
        func decode() throws -> DecodedMask {
            if let decoded { return decoded }
            let bytes = try SourceBytes.read(
                context.source(source.maskLocationName), expecting: mask.digest, name: name)
            let mask = try DecodedMask.decode(bytes: bytes, name: name, checksExtension: false)
            decoded = mask
            return mask
        }
        let settings = Settings(source: mask.digest)
        let digest = try context.memo(stage: "mask", version: 2, settings: settings) { try decode().mask.pngBytes() }
        let stored = try context.memo(stage: "mask-reading", version: 1, settings: settings) {
            let mask = try decode()
            return try StageJSON.encode(
                Reading(
                    format: mask.info.format, width: mask.info.width, height: mask.info.height, remarks: mask.remarks))
        }
        let reading = try StageJSON.decode(Reading.self, try context.blob(stored))
        try reading.format.check(extensionOf: mask.file)
        for remark in reading.remarks { context.warn("\(mask.file) \(remark)") }
        return Result(digest: digest, width: reading.width, height: reading.height)
    }
}
