import AnomalyDetection
import ContentStore
import Imaging
import Manifests
import Pipeline

/// Decodes, checks, converts and resizes some images of a category. Every image is cached by itself, so one new image costs
/// one decode.
struct IngestStage: Stage {
    static let name = "ingest"
    /// History: 1 = first; 2 = faults of a mask name its image, and no path; of files that are set aside, the kind of the fault.
    static let version = 3

    struct Source: Sendable {
        var image: SourceImage
        var digest: Digest
        var maskDigest: Digest?

        init(image: SourceImage, digest: Digest, maskDigest: Digest? = nil) {
            (self.image, self.digest, self.maskDigest) = (image, digest, maskDigest)
        }

        /// - Parameter digestOf: of its file and of its mask, by their paths.
        init(_ image: SourceImage, _ digestOf: [String: Digest]) {
            self.init(
                image: image, digest: digestOf[image.path]!, maskDigest: image.maskPath.map { digestOf[$0]! })
        }
    }

    var sources: [Source]
    var width, height: Int
    var onBadImage: DatasetSection.BadImagePolicy

    let outputs = ["images.json"]

    /// A part for each image, so that a difference names the image.
    var parameters: [KeyPart] {
        [KeyPart("width", width), KeyPart("height", height), KeyPart("onBadImage", onBadImage.rawValue)]
            + sources.map { source in
                KeyPart(
                    source.image.file,
                    .record([
                        KeyPart("digest", .digest(source.digest)), KeyPart("split", source.image.split.rawValue),
                        KeyPart("kind", source.image.kind),
                        KeyPart("isAnomalous", source.image.isAnomalous.map { "\($0)" } ?? "unknown"),
                        KeyPart("mask", source.maskDigest.map { .digest($0) } ?? .text("none")),
                    ]))
            }
    }

    func run(_ context: TaskContext) throws {
        var index = ImageIndex(entries: [])
        var faults: [String] = []
        for (number, source) in sources.enumerated() {
            try context.checkCancellation()
            var entry = ImageIndex.Entry(
                file: source.image.file, split: source.image.split, kind: source.image.kind,
                isAnomalous: source.image.isAnomalous, source: source.digest, width: 0, height: 0)
            do {
                try ingest(source, into: &entry, context)
            } catch let fault as ImagingError {
                reject(&entry, ImageFault(fault), "\(fault)", context, &faults)
            } catch let error as IngestError {
                guard let fault = error.fault else { throw error }
                reject(&entry, fault, "\(error)", context, &faults)
            }
            index.entries.append(entry)
            context.progress(number + 1, of: sources.count, unit: "images")
        }
        if !faults.isEmpty { throw IngestError.badImages(faults) }
        try context.writeJSON(index, to: "images.json")
    }

    private func reject(
        _ entry: inout ImageIndex.Entry, _ fault: ImageFault, _ reason: String, _ context: TaskContext,
        _ faults: inout [String]
    ) {
        (entry.pixels, entry.mask, entry.rejection, entry.fault) = (nil, nil, reason, fault)
        if onBadImage == .quarantine {
            context.warn("set aside: \(reason)")
        } else {
            faults.append(reason)
        }
    }

    private func ingest(_ source: Source, into entry: inout ImageIndex.Entry, _ context: TaskContext) throws {
        let pixels = try context.memo(
            stage: "decode", version: 2,
            parts: [KeyPart("source", .digest(source.digest)), KeyPart("width", width), KeyPart("height", height)]
        ) {
            let bytes = try SourceBytes.read(
                source.image.path, in: source.image.folder, expecting: source.digest, name: source.image.file)
            return try IngestStage.packed(bytes, name: source.image.file, width: width, height: height).bytes
        }
        let packed = try PackedImage(bytes: try context.blob(pixels), name: source.image.file)
        // The decoder has checked the name of the file that was decoded; here the same bytes may come by another name.
        if let labelled = ImageFormat(extensionOf: source.image.file), labelled != packed.original.format {
            throw ImagingError.mislabelled(
                name: source.image.file, labelled: labelled, actual: packed.original.format)
        }
        (entry.pixels, entry.width, entry.height) = (pixels, packed.original.width, packed.original.height)
        guard let maskPath = source.image.maskPath, let maskDigest = source.maskDigest else { return }
        // Not its path, which is no part of the key and must not reach a result.
        let maskName = "the mask of \(source.image.file)"
        let mask = try context.memo(stage: "mask", version: 1, parts: [KeyPart("source", .digest(maskDigest))]) {
            let bytes = try SourceBytes.read(
                maskPath, in: source.image.folder, expecting: maskDigest, name: maskName)
            return try Mask.decode(bytes: bytes, name: maskName).pngBytes()
        }
        let size = try ImageDecoder.probe(path: try context.blobPath(mask))
        guard (size.width, size.height) == (entry.width, entry.height) else {
            throw IngestError.maskSize(
                mask: maskName, found: "\(size.width) x \(size.height)",
                expected: "\(entry.width) x \(entry.height)")
        }
        entry.mask = mask
    }

    /// An image file as the network sees it.
    static func packed(_ bytes: [UInt8], name: String, width: Int, height: Int) throws -> PackedImage {
        let decoded = try ImageDecoder.decode(bytes: bytes, name: name)
        if decoded.info.isFloat, let lowest = decoded.image.values.min(), let highest = decoded.image.values.max(),
            !(lowest >= 0 && highest <= 1)
        {
            throw IngestError.floatRange(name, lowest: lowest, highest: highest)
        }
        let image = decoded.image.resized(width: width, height: height).convertedToRGB()
        return PackedImage(image, original: PackedImage.Original(decoded.info))
    }
}

/// What ingest refuses beyond what the decoder does.
enum IngestError: Error, CustomStringConvertible {
    case badImages([String])
    case changed(String)
    case floatRange(String, lowest: Float, highest: Float)
    case maskSize(mask: String, found: String, expected: String)

    /// What is wrong with the file itself, so that it can be set aside; nil where it is not at fault.
    var fault: ImageFault? {
        switch self {
        case .floatRange: .floatRange
        case .maskSize: .maskSize
        case .badImages, .changed: nil
        }
    }

    var description: String {
        switch self {
        case .badImages(let faults):
            (faults.count == 1 ? "1 image cannot be used" : "\(faults.count) images cannot be used") + ":\n  "
                + faults.joined(separator: "\n  ")
                + "\n  Remove or repair them, or go on without them: \"onBadImage\": \"quarantine\" in the manifest's "
                + "dataset, or --quarantine when scoring"
        case .changed(let name):
            "\(name) changed while it was being read; run again when nothing writes to the data set"
        case .floatRange(let name, let lowest, let highest):
            "\(name) holds floating-point values from \(lowest) to \(highest); expected 0 to 1: scale them before ingest"
        case .maskSize(let mask, let found, let expected):
            "\(mask) has \(found) pixels, but the image has \(expected); make both the same size"
        }
    }
}
