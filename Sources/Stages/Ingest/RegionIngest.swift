import AnomalyDetection
import ContentStore
import Imaging
import Pipeline
import Wording

/// Ingests the region of interest of an image.
struct RegionIngest {
    let region: RegionOfInterest
    /// The size of the images that the detector sees.
    let width, height: Int

    /// The digests of two masks, at the size of the original and as the detector sees it.
    struct Result {
        var whole, seen: Digest
    }

    /// The settings that both masks depend on.
    private struct Settings: Encodable {
        var region: RegionOfInterest
        /// The packed image of an object, or the mask.
        var source: Digest?
        var originalWidth, originalHeight, width, height: Int
    }

    /// The extent of both masks, a pure function of the settings.
    private enum Extent: String, Codable {
        /// All pixels of the original.
        case full
        /// No pixel of the original.
        case empty
        /// No pixel as the detector sees it.
        case vanishes
        case usable
    }

    /// - Parameter entry: an image that is decoded.
    /// - Returns: nil if all pixels lie in the region.
    /// - Throws: `ImagingError`, `IngestError`, `RegionError`, `StoreError`.
    /// History: 1 = first; 2 = objects in light from one side.
    private static let memoVersion = 2

    func ingest(
        _ source: IngestStage.Source, _ entry: ImageIndex.Entry, _ context: TaskContext
    ) throws -> Result? {
        let (origin, name) = try origin(source, entry, context)
        let settings = Settings(
            region: region, source: origin, originalWidth: entry.width, originalHeight: entry.height, width: width,
            height: height)
        func memo(_ part: String, _ mask: () throws -> Mask) throws -> Digest {
            try context.memo(stage: part, version: Self.memoVersion, settings: settings) { try mask().pngBytes() }
        }
        var known: (whole: Mask, seen: Mask)?
        func masks() throws -> (whole: Mask, seen: Mask) {
            let masks = try known ?? self.masks(origin, entry, context)
            known = masks
            return masks
        }
        let extent = try context.memo(stage: "region-extent", version: Self.memoVersion, settings: settings) {
            let (whole, seen) = try masks()
            let extent: Extent =
                whole.isFull ? .full : whole.area == 0 ? .empty : seen.area == 0 ? .vanishes : .usable
            return try StageJSON.encode([extent])
        }
        switch try StageJSON.decode([Extent].self, try context.blob(extent)).first {
        case .empty: throw RegionError.empty(name)
        case .vanishes:
            throw RegionError.vanishes(name, pixels: try masks().whole.area, width: width, height: height)
        case .full, nil: return nil
        case .usable:
            return Result(
                whole: try memo("region-original") { try masks().whole },
                seen: try memo("region-seen") { try masks().seen })
        }
    }

    /// The digest of what the region is made of, and its name in messages.
    private func origin(
        _ source: IngestStage.Source, _ entry: ImageIndex.Entry, _ context: TaskContext
    ) throws -> (digest: Digest?, name: String) {
        let name: String
        switch region.kind {
        case .polygon: return (nil, "the polygon of the region in \(source.file)")
        case .auto: return (entry.pixels, "the object in \(source.file)")
        case .mask:
            name = "the region of interest"
            let mask = try Mask.decode(bytes: try context.read("region"), name: name)
            try requireSize(mask.width, mask.height, name, entry)
            return (context.inputDigest("region"), name)
        case .masks:
            guard let found = try MaskIngest(source).ingestRegion(context) else {
                throw RegionError.missing(source.file)
            }
            try requireSize(found.mask.width, found.mask.height, found.name, entry)
            return (found.mask.digest, found.name)
        }
    }

    private func requireSize(_ width: Int, _ height: Int, _ name: String, _ entry: ImageIndex.Entry) throws {
        guard (width, height) == (entry.width, entry.height) else {
            throw IngestError.maskSize(
                mask: region.kind == .mask ? "\(name) for \(entry.file)" : name, found: "\(width) x \(height)",
                expected: "\(entry.width) x \(entry.height)")
        }
    }

    private func masks(
        _ origin: Digest?, _ entry: ImageIndex.Entry, _ context: TaskContext
    ) throws -> (whole: Mask, seen: Mask) {
        switch region.kind {
        case .polygon, .mask, .masks:
            let whole =
                try region.polygon(width: entry.width, height: entry.height)
                ?? context.regionMask(origin!, of: entry.file)
            return (whole, whole.eroded(width: width, height: height))
        case .auto:
            let seen = RegionOfInterest.object(
                in: try PackedImage(bytes: try context.blob(origin!), name: entry.file).image)
            return (seen.resized(width: entry.width, height: entry.height), seen)
        }
    }
}

/// Warnings about ground truth outside the region of interest.
struct OutsideRemarks {
    private var found: [(file: String, labelled: Int, inside: Int)] = []

    mutating func add(_ file: String, labelled: Int, inside: Int) { found.append((file, labelled, inside)) }

    var warnings: [String] {
        func words(_ images: [(file: String, labelled: Int, inside: Int)]) -> String {
            images.map { "\($0.file) (\($0.labelled - $0.inside) of \($0.labelled) pixels)" }.listed()
        }
        let partly = found.filter { $0.inside > 0 }, wholly = found.filter { $0.inside == 0 }
        var warnings: [String] = []
        if !partly.isEmpty {
            warnings.append(
                "ground truth of \(counted(partly.count, "image")) lies partly outside the region of interest, where it does not count: "
                    + words(partly))
        }
        if !wholly.isEmpty {
            warnings.append(
                "ground truth of \(counted(wholly.count, "image")) lies outside the region of interest, so that "
                    + "\(wholly.count == 1 ? "it counts" : "they count") as unlabelled: " + words(wholly))
        }
        return warnings
    }
}
