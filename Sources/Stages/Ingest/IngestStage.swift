import AnomalyDetection
import ContentStore
import Datasets
import Imaging
import Pipeline
import Wording

/// Decodes, checks, converts and resizes images of a category. Each image is cached separately, so a new image costs
/// one decode.
package struct IngestStage: Stage {
    package static let name = "ingest"
    /// History: 1 = first; 2 = mask faults name the image instead of a path, and unusable files have a kind of fault; 3
    /// = states which images are grey; 4 = non-finite values are a separate fault; 5 = the sample range, labels in
    /// masks with more than two values, and warnings about both; 6 = packed images end with a digest; 7 = BMP, PNM,
    /// WebP and JPEG 2000; regions of annotation tools; 8 = several masks of an image, saturation areas, parts with
    /// several views; 9 = a PNG whose colour profile libpng leaves out is unusable where profiles are applied; 10 = an
    /// image whose defect lies outside of the region of interest has no saturation areas; 11 = ranges of PNM, and
    /// colour profiles of JPEG with stray bytes and of WebP; 12 = objects in light from one side.
    package static let version = 12

    /// An image with its label and mask in the data set.
    package struct Source: Codable, Equatable, Sendable, NamedSetting {
        package var file: String
        var split: SourceImage.Split
        var kind: String
        /// Nil if unknown.
        var isAnomalous: Bool?
        package var digest: Digest
        var mask: Mask?
        /// Masks of further regions of the image.
        var furtherMasks: [Mask]?
        /// The saturation thresholds of the regions.
        var saturations: [RegionSaturation]?
        /// The part that several images show.
        var sample: String?
        /// Regions of an annotation tool, in place of a mask.
        var regions: ImageRegions?
        /// The mask of the region of interest, if each image has its own.
        var region: Mask?

        package struct Mask: Codable, Equatable, Sendable {
            var file: String
            var digest: Digest

            package init(file: String, digest: Digest) { (self.file, self.digest) = (file, digest) }
        }

        package var settingName: String { file }

        /// - Parameter maskDigests: a digest for each of the image's masks, or none.
        package init(image: SourceImage, digest: Digest, maskDigests: [Digest] = [], regionDigest: Digest? = nil) {
            (file, split, kind) = (image.file, image.split, image.kind)
            (isAnomalous, self.digest) = (image.isAnomalous, digest)
            let masks = zip(image.masks, maskDigests).map { Mask(file: $0.file, digest: $1) }
            mask = masks.first
            if masks.count > 1 { furtherMasks = Array(masks.dropFirst()) }
            if !masks.isEmpty { saturations = image.saturations }
            (sample, regions) = (image.sample, image.regions)
            if let file = image.regionFile, let regionDigest { region = Mask(file: file, digest: regionDigest) }
        }

        var masks: [Mask] { [mask].compactMap(\.self) + (furtherMasks ?? []) }
    }

    /// The treatment of unusable images.
    package enum BadImagePolicy: String, Codable, Sendable {
        /// Fails the task with a message that lists all unusable images.
        case fail
        /// Sets unusable images aside with a warning.
        case quarantine
    }

    var images: [Source]
    var width, height: Int
    /// The sample range of the images; nil for the full range of their formats.
    var range: SampleRange?
    /// The colours of the images; nil for those of the files.
    var colour: ColourRendering?
    /// The frame that is cut out around each object; nil for whole images.
    var frame: ObjectFrame?
    /// The part of the images that is judged; nil for whole images. A mask for all images is the input `region`.
    var region: RegionOfInterest?
    var onBadImage: BadImagePolicy

    package init(
        images: [Source], width: Int, height: Int, range: SampleRange? = nil, colour: ColourRendering? = nil,
        frame: ObjectFrame? = nil, region: RegionOfInterest? = nil, onBadImage: BadImagePolicy
    ) {
        (self.images, self.width, self.height) = (images, width, height)
        (self.range, self.colour, self.frame, self.region) = (range, colour, frame, region)
        self.onBadImage = onBadImage
    }

    package var outputs: [String] { ["images.json"] }

    package func run(_ context: TaskContext) throws {
        var index = ImageIndex(entries: [])
        var faults: [String] = []
        var samples = SampleRemarks(range: range), outside = OutsideRemarks()
        for (number, source) in images.enumerated() {
            try context.checkCancellation()
            var entry = ImageIndex.Entry(
                file: source.file, split: source.split, kind: source.kind, isAnomalous: source.isAnomalous,
                source: source.digest, width: 0, height: 0)
            do {
                try ingest(source, into: &entry, &samples, context)
                try restrict(&entry, source, &outside, context)
            } catch let fault as ImagingError {
                reject(&entry, ImageFault(fault), "\(fault)", context, &faults)
            } catch let error as IngestError {
                guard let fault = error.fault else { throw error }
                reject(&entry, fault, "\(error)", context, &faults)
            }
            index.entries.append(entry)
            context.progress(number + 1, of: images.count, unit: "images")
        }
        if !faults.isEmpty { throw IngestError.badImages(faults) }
        for warning in samples.warnings { context.warn(warning) }
        warnOfMissingObjects(index, context)
        for warning in outside.warnings { context.warn(warning) }
        try context.writeJSON(index, to: "images.json")
    }

    private func warnOfMissingObjects(_ index: ImageIndex, _ context: TaskContext) {
        func warn(_ lost: [ImageIndex.Entry], _ one: String, _ several: String) {
            guard !lost.isEmpty else { return }
            context.warn(
                "no object stands out from a plain background in "
                    + counted(lost.count, "image, " + one, "images, " + several) + ": " + lost.map(\.file).listed())
        }
        let usable = index.entries.filter { $0.pixels != nil }
        if frame != nil { warn(usable.filter { $0.pose == nil }, "whose middle is used", "whose middles are used") }
        if region?.kind == .auto {
            warn(usable.filter { $0.region == nil }, "which is judged as a whole", "which are judged as a whole")
        }
    }

    private func reject(
        _ entry: inout ImageIndex.Entry, _ fault: ImageFault, _ reason: String, _ context: TaskContext,
        _ faults: inout [String]
    ) {
        (entry.pixels, entry.mask, entry.isGrey) = (nil, nil, nil)
        (entry.region, entry.originalRegion) = (nil, nil)
        (entry.rejection, entry.fault) = (reason, fault)
        if onBadImage == .quarantine {
            context.warn("set aside: \(reason)")
        } else {
            faults.append(reason)
        }
    }

    private func ingest(
        _ source: Source, into entry: inout ImageIndex.Entry, _ samples: inout SampleRemarks, _ context: TaskContext
    ) throws {
        let file = source.file
        var decoded: Decoded?
        func decode() throws -> Decoded {
            if let decoded { return decoded }
            let bytes = try SourceBytes.read(context.source(file), expecting: source.digest, name: file)
            let made = try IngestStage.decode(
                bytes, name: file, width: width, height: height, range: range, colour: colour, frame: frame)
            decoded = made
            return made
        }
        let pixels = try context.memo(
            stage: "decode", version: 5,
            settings: DecodingSettings(
                source: source.digest, range: range, colour: colour, frame: frame, width: width, height: height)
        ) { try decode().packed.bytes }
        let reading = try StageJSON.decode(
            ImageReading.self,
            try context.blob(
                try context.memo(
                    stage: ImageReading.memo, version: ImageReading.version,
                    settings: ImageReading.Settings(source: source.digest, range: range)
                ) {
                    try StageJSON.encode(try decode().reading)
                }))
        try reading.format.check(extensionOf: file)
        samples.add(reading, of: file)
        if frame != nil {
            let pose = try context.memo(
                stage: "pose", version: 3,
                settings: ImageReading.Settings(source: source.digest, range: range, colour: colour)
            ) { try StageJSON.encode([try decode().pose].compactMap(\.self)) }
            entry.pose = try StageJSON.decode([ObjectPose].self, try context.blob(pose)).first
        }
        (entry.pixels, entry.width, entry.height) = (pixels, reading.width, reading.height)
        entry.isGrey = try decoded?.packed.isGrey ?? PackedImage(bytes: try context.blob(pixels), name: file).isGrey
        if let regions = source.regions { return try ingest(regions, into: &entry, context) }
        entry.sample = source.sample
        let masks = MaskIngest(source)
        var read: [MaskIngest.Result] = []
        for number in source.masks.indices {
            let mask = try masks.ingest(number, context)
            guard (mask.width, mask.height) == (entry.width, entry.height) else {
                throw IngestError.maskSize(
                    mask: "the mask of \(file)", found: "\(mask.width) x \(mask.height)",
                    expected: "\(entry.width) x \(entry.height)")
            }
            read.append(mask)
        }
        entry.mask = try masks.union(read.map(\.digest), context)
        if source.saturations != nil { entry.regions = try masks.regions(read, context) }
    }

    /// Limits an image and its ground truth to the region of interest.
    private func restrict(
        _ entry: inout ImageIndex.Entry, _ source: Source, _ remarks: inout OutsideRemarks, _ context: TaskContext
    ) throws {
        guard let region,
            let masks = try RegionIngest(region: region, width: width, height: height).ingest(source, entry, context)
        else { return }
        (entry.region, entry.originalRegion) = (masks.seen, masks.whole)
        let seen = try context.regionMask(masks.seen, of: entry.file)
        entry.isGrey = try PackedImage(bytes: try context.blob(entry.pixels!), name: entry.file)
            .isGrey(within: seen.values)
        guard let truth = entry.mask else { return }
        let labelled = try DecodedMask.decode(
            bytes: try context.blob(truth), name: "the mask of \(entry.file)", checksExtension: false
        ).mask
        let whole = try context.regionMask(masks.whole, of: entry.file)
        let inside = Mask(
            width: labelled.width, height: labelled.height,
            values: zip(labelled.values, whole.values).map { $1 == 0 ? 0 : $0 })
        guard inside.area < labelled.area else { return }
        remarks.add(entry.file, labelled: labelled.area, inside: inside.area)
        if inside.area == 0 {
            // The defect lies where nothing is judged.
            (entry.mask, entry.regions, entry.isAnomalous) = (nil, nil, nil)
        } else {
            entry.mask = try context.publish(bytes: inside.pngBytes())
        }
    }

    private func ingest(_ regions: ImageRegions, into entry: inout ImageIndex.Entry, _ context: TaskContext) throws {
        let (width, height) = (entry.width, entry.height)
        guard (regions.width ?? width, regions.height ?? height) == (width, height) else {
            throw IngestError.maskSize(
                mask: "the annotation of \(entry.file)",
                found: "\(regions.width ?? width) x \(regions.height ?? height)", expected: "\(width) x \(height)")
        }
        let mask = regions.mask(width: width, height: height)
        if mask.area == 0 { context.warn("the regions of \(entry.file) hold no pixel") }
        entry.mask = try context.memo(
            stage: "regions", version: 1, settings: RegionSettings(regions: regions, width: width, height: height)
        ) { mask.pngBytes() }
    }
}

/// The settings that a packed image depends on.
private struct DecodingSettings: Encodable {
    var source: Digest
    var range: SampleRange?
    var colour: ColourRendering?
    var frame: ObjectFrame?
    var width, height: Int
}

/// The settings that the mask of annotated regions depends on.
private struct RegionSettings: Encodable {
    var regions: ImageRegions
    var width, height: Int
}

extension IngestStage.Source {
    /// The name of a mask's location, distinct from the image's, because both files may have the same name.
    package func maskLocationName(_ number: Int) -> String {
        (number == 0 ? "mask of " : "mask \(number + 1) of ") + file
    }
    /// The name of the location of the region's mask.
    package var regionLocationName: String { "region of " + file }
}
