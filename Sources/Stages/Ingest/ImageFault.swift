import Imaging

/// Why a file was set aside, without the names and numbers of its message: what such files are counted by.
enum ImageFault: String, Codable, Sendable, CaseIterable {
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
