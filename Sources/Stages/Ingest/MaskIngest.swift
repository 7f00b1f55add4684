import ContentStore
import Datasets
import Imaging
import Pipeline

/// Ingests the masks of an image into the store: ground truth, or a region of interest.
struct MaskIngest {
    private let source: IngestStage.Source

    /// The settings that a mask depends on.
    private struct Settings: Encodable {
        var source: Digest
    }

    /// The settings that a union of masks depends on.
    private struct UnionSettings: Encodable {
        var masks: [Digest]
    }

    /// A memoised mask with its properties. It is a pure function of the file's bytes.
    private struct Reading: Codable {
        var format: ImageFormat
        var width, height: Int
        var remarks: [String]
    }

    /// The area and highest sample of a mask, a pure function of the file's bytes.
    private struct Value: Codable {
        var area: Int
        /// The highest sample on the scale of 8 bits.
        var value: Int
    }

    struct Result {
        let file: String
        /// The digest of the file.
        let source: Digest
        /// The digest of a PNG at the size of the original.
        let digest: Digest
        let width, height: Int
        fileprivate let value: () throws -> [UInt8]
    }

    init(_ source: IngestStage.Source) { self.source = source }

    /// - Parameter number: the index of the mask.
    /// - Throws: `ImagingError`, `IngestError`, `StoreError`.
    func ingest(_ number: Int, _ context: TaskContext) throws -> Result {
        let mask = source.masks[number]
        return try ingest(
            mask, at: source.maskLocationName(number), named: "\(mask.file), the mask of \(source.file)", context)
    }

    /// Ingests the mask of the region of interest.
    ///
    /// - Returns: nil for an image without one; else also its name in messages.
    /// - Throws: `ImagingError`, `IngestError`, `StoreError`.
    func ingestRegion(_ context: TaskContext) throws -> (mask: Result, name: String)? {
        guard let mask = source.region else { return nil }
        let name = "\(mask.file), the region of interest of \(source.file)"
        return (try ingest(mask, at: source.regionLocationName, named: name, context), name)
    }

    private func ingest(
        _ mask: IngestStage.Source.Mask, at location: String, named name: String, _ context: TaskContext
    ) throws -> Result {
        func bytes() throws -> [UInt8] {
            try SourceBytes.read(context.source(location), expecting: mask.digest, name: name)
        }
        var decoded: DecodedMask?
        func decode() throws -> DecodedMask {
            if let decoded { return decoded }
            let mask = try DecodedMask.decode(bytes: try bytes(), name: name, checksExtension: false)
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
        return Result(
            file: mask.file, source: mask.digest, digest: digest, width: reading.width, height: reading.height
        ) {
            let image = try ImageDecoder.decode(bytes: try bytes(), name: name, checksExtension: false).image
            let highest = Int(((image.values.max() ?? 0) * 255).rounded())
            return try StageJSON.encode(Value(area: try decode().mask.area, value: highest))
        }
    }

    /// The mask that labels the pixels of all masks.
    ///
    /// - Returns: the digest of a PNG; nil without masks.
    func union(_ masks: [Digest], _ context: TaskContext) throws -> Digest? {
        guard masks.count > 1 else { return masks.first }
        return try context.memo(stage: "mask-union", version: 1, settings: UnionSettings(masks: masks)) {
            var union = try Mask.decode(bytes: try context.blob(masks[0]), name: "mask of \(source.file)")
            for digest in masks.dropFirst() {
                let mask = try Mask.decode(bytes: try context.blob(digest), name: "mask of \(source.file)")
                for index in union.values.indices where mask.values[index] != 0 { union.values[index] = 1 }
            }
            return union.pngBytes()
        }
    }

    /// The regions with their saturation areas. The value of a region's pixels names its threshold.
    ///
    /// - Throws: `IngestError.noSaturation` for a value without a threshold.
    func regions(_ masks: [Result], _ context: TaskContext) throws -> [ImageIndex.Entry.Region] {
        var regions: [ImageIndex.Entry.Region] = []
        for mask in masks {
            let stored = try context.memo(
                stage: "mask-value", version: 1, settings: Settings(source: mask.source), produce: mask.value)
            let value = try StageJSON.decode(Value.self, try context.blob(stored))
            guard value.area > 0 else { continue }
            guard let saturation = source.saturations?.first(where: { $0.pixelValue == value.value }) else {
                throw IngestError.noSaturation(mask: mask.file, value: value.value)
            }
            regions.append(
                ImageIndex.Entry.Region(
                    mask: mask.digest, saturationPixels: saturation.pixels(ofRegion: value.area)))
        }
        return regions
    }
}
