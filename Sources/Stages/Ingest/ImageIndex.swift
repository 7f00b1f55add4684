import AnomalyDetection
import BinaryCoding
import ContentStore
import Datasets
import Imaging
import Pipeline

/// An index of ingested images: the state of each file and the digest of its pixels in the store.
package struct ImageIndex: Codable, Sendable {
    package struct Entry: Codable, Sendable {
        package var file: String
        package var split: SourceImage.Split
        package var kind: String
        package var isAnomalous: Bool?
        /// The digest of the file.
        package var source: Digest
        /// The digest of the packed image; nil for an unusable file.
        package var pixels: Digest?
        /// The digest of the mask, a PNG at the size of the original.
        package var mask: Digest?
        /// The digests of the region of interest, PNG masks at the size of the packed image and of the original; nil if
        /// all pixels count.
        package var region, originalRegion: Digest?
        /// The regions of the mask with their saturation areas, for sPRO; nil if the data set defines none.
        package var regions: [Region]?
        /// The name of the part that several images show; nil if each image shows its own.
        package var sample: String?
        package var width: Int
        package var height: Int
        /// The place of the object, if a frame is cut out around it; nil if none was found.
        package var pose: ObjectPose?
        /// True if the image has no colour; see `PackedImage.isGrey`. Nil for an unusable file.
        package var isGrey: Bool?
        /// The reason why the file is unusable.
        package var rejection: String?
        /// The kind of fault.
        package var fault: ImageFault?

        /// A defect region of an image.
        package struct Region: Codable, Sendable {
            /// The digest of the region's mask, a PNG at the size of the original.
            package var mask: Digest
            /// The number of its pixels that must be found for full credit.
            package var saturationPixels: Int
        }
    }

    package var entries: [Entry]
}

/// The normal images for training or calibration, by content only, so that renaming a file changes nothing.
struct TrainingIndex: Codable, Sendable {
    struct Entry: Codable, Sendable {
        /// The digest of the file.
        var source: Digest
        /// The digest of the packed image.
        var pixels: Digest
        /// The digest of the region of interest, a PNG mask at its size; nil if all pixels count.
        var region: Digest?
    }

    var entries: [Entry]
}

extension TaskContext {
    /// The mask of an image's region of interest.
    ///
    /// - Throws: `ImagingError`, `StoreError`.
    func regionMask(_ digest: Digest, of name: String) throws -> Mask {
        try DecodedMask.decode(
            bytes: try blob(digest), name: "the region of interest of \(name)", checksExtension: false
        ).mask
    }

    /// An ingested image, restricted to its region of interest.
    ///
    /// - Parameter name: the image's name in errors.
    /// - Throws: `FormatError`, `ImagingError`, `StoreError`.
    func image(_ pixels: Digest, region: Digest?, name: String) throws -> PlanarImage {
        let image = try PackedImage(bytes: try blob(pixels), name: name).image
        guard let region else { return image }
        let mask = try regionMask(region, of: name)
        guard (mask.width, mask.height) == (image.width, image.height) else {
            throw FormatError.damaged(
                name,
                what: "a region of \(mask.width) x \(mask.height) pixels in \(image.width) x \(image.height)")
        }
        return image.restricted(to: mask.values)
    }
}

extension DataSetColour {
    /// - Parameter entries: the normal images of a data set; unusable files are omitted.
    init(_ entries: some Sequence<ImageIndex.Entry>) {
        self.init(isGrey: entries.allSatisfy { $0.isGrey ?? true })
    }
}

/// The kind of fault of an unusable file, without the names and numbers of its message.
package enum ImageFault: String, Codable, Sendable, CaseIterable {
    case unreadable, empty, unknownFormat, mislabelled, truncated, damaged, unsupported, tooLarge, outOfMemory
    case floatRange, notFinite, maskSize

    init(_ error: ImagingError) {
        self =
            switch error {
            case .unreadable: .unreadable
            case .empty: .empty
            case .unknownFormat: .unknownFormat
            case .mislabelled: .mislabelled
            case .truncated: .truncated
            case .damaged: .damaged
            case .unsupported: .unsupported
            case .tooLarge: .tooLarge
            case .outOfMemory: .outOfMemory
            }
    }

    /// The description, to follow "because".
    var words: String {
        switch self {
        case .unreadable: "cannot be read"
        case .empty: "has no bytes"
        case .unknownFormat: "is not an image of a supported format"
        case .mislabelled: "has the name of another format"
        case .truncated: "ends before the image does"
        case .damaged: "is damaged"
        case .unsupported: "uses a feature that is not supported"
        case .tooLarge: "is larger than allowed"
        case .outOfMemory: "needs more memory than there was"
        case .floatRange: "holds floating-point values beyond 0 to 1"
        case .notFinite: "holds values that are not finite numbers"
        case .maskSize: "has a mask of another size"
        }
    }
}
