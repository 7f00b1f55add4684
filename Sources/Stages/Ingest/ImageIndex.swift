import AnomalyDetection
import ContentStore
import Datasets
import Imaging

/// Some images of a category after ingest: what each file is and where its pixels lie in the store.
package struct ImageIndex: Codable, Sendable {
    package struct Entry: Codable, Sendable {
        package var file: String
        package var split: SourceImage.Split
        package var kind: String
        package var isAnomalous: Bool?
        /// Of the file.
        package var source: Digest
        /// Of the packed image; nil for a file that was set aside.
        package var pixels: Digest?
        /// Of a PNG at the size of the original.
        package var mask: Digest?
        package var width: Int
        package var height: Int
        /// True if its pixels have no colours, see `PackedImage.isGrey`; nil for a file that was set aside.
        package var isGrey: Bool?
        /// Why the file was set aside.
        package var rejection: String?
        /// The kind of it.
        package var fault: ImageFault?
    }

    package var entries: [Entry]
}

/// Normal images that take part in training or calibration: their content alone, so that a new name changes nothing.
struct TrainingIndex: Codable, Sendable {
    struct Entry: Codable, Sendable {
        /// Of the file.
        var source: Digest
        /// Of the packed image.
        var pixels: Digest
    }

    var entries: [Entry]
}

extension DataSetColour {
    /// - Parameter entries: the normal images of a data set; files that were set aside have no part in it.
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

    /// In words, after "because".
    var words: String {
        switch self {
        case .unreadable: "cannot be read"
        case .empty: "has no bytes"
        case .unknownFormat: "is not a PNG, TIFF or JPEG image"
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
