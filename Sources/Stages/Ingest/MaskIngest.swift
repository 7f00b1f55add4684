import ContentStore
import Imaging
import Pipeline

/// Ingests a mask of an image into the store: ground truth, or a region of interest.
struct MaskIngest {
    private let mask: IngestStage.Source.Mask
    private let locationName: String
    /// The name in messages.
    let name: String

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
        (self.mask, locationName) = (mask, source.maskLocationName)
        name = "\(mask.file), the mask of \(source.file)"
    }

    /// - Returns: nil for an image without a mask of a region of interest.
    init?(region source: IngestStage.Source) {
        guard let mask = source.region else { return nil }
        (self.mask, locationName) = (mask, source.regionLocationName)
        name = "\(mask.file), the region of interest of \(source.file)"
    }

    /// - Throws: `ImagingError`, `IngestError`, `StoreError`.
    func ingest(_ context: TaskContext) throws -> Result {
        var decoded: DecodedMask?
        func decode() throws -> DecodedMask {
            if let decoded { return decoded }
            let bytes = try SourceBytes.read(
                context.source(locationName), expecting: mask.digest, name: name)
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
