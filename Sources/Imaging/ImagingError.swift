import Host

/// A failure to read or write an image. `name` is the file as the caller gave it.
public enum ImagingError: Error, Sendable, Equatable {
    /// The file cannot be read; `reason` is the operating system's message.
    case unreadable(name: String, reason: String)
    /// The file has no bytes.
    case empty(name: String)
    /// The first bytes match no supported format.
    case unknownFormat(name: String, firstBytes: [UInt8], byteCount: Int)
    /// The extension stands for another format than the bytes.
    case mislabelled(name: String, labelled: ImageFormat, actual: ImageFormat)
    /// The file ends before the image. `decodedRows` of `expectedRows` are complete, if known.
    case truncated(name: String, format: ImageFormat, byteCount: Int, decodedRows: Int?, expectedRows: Int?)
    /// The contents are invalid; `reason` is the decoder's message.
    case damaged(name: String, format: ImageFormat, byteCount: Int, reason: String)
    /// The file uses an unsupported feature.
    case unsupported(name: String, feature: String)
    /// The pixels or bytes exceed the limits or the format's maximum.
    case tooLarge(name: String, quantity: Quantity, actual: Int, limit: Int)
    /// There is not enough memory for the image.
    case outOfMemory(name: String, byteCount: Int)

    /// The quantity of a limit.
    public enum Quantity: String, Sendable {
        case pixels, bytes
        case pixelsPerSide = "pixels on a side"
    }
}

extension ImagingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let name, let reason):
            "\(name): cannot be read: \(reason); "
                + SystemReason.remedy(for: reason, otherwise: "check the path and the permissions")
        case .empty(let name):
            "\(name): the file is empty, an image was expected; copy it again from its source"
        case .unknownFormat(let name, let firstBytes, let byteCount):
            "\(name): not a \(ImageFormat.names) image: its \(byteCount) bytes begin with "
                + firstBytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
                + "; convert it, or take it out of the folder"
        case .mislabelled(let name, let labelled, let actual):
            "\(name): the name says \(labelled.displayName), the bytes are \(actual.displayName); "
                + "rename it to .\(actual.extensions[0])"
        case .truncated(let name, let format, let byteCount, let decodedRows, let expectedRows):
            "\(name): the \(format.displayName) ends early, after \(byteCount) bytes"
                + Self.progress(decodedRows, expectedRows) + "; copy it again from its source"
        case .damaged(let name, let format, let byteCount, let reason):
            "\(name): the \(format.displayName) of \(byteCount) bytes is damaged: \(reason); "
                + "copy it again from its source"
        case .unsupported(let name, let feature):
            "\(name): \(feature) is not supported; convert the image to 8 or 16 bit grey or RGB, or to float32 TIFF"
                + Self.conversion(of: feature)
        case .tooLarge(let name, let quantity, let actual, let limit):
            "\(name): \(actual) \(quantity.rawValue), at most \(limit) are allowed; "
                + "scale the image down, or raise the limit if you set it"
        case .outOfMemory(let name, let byteCount):
            "\(name): \(byteCount) bytes of memory are needed for the image and are not available; "
                + "lower the number of parallel tasks or scale the image down"
        }
    }

    /// A program that converts files with the feature.
    private static func conversion(of feature: String) -> String {
        switch feature {
        case "CMYK colour": ", such as with: magick IN -colorspace sRGB OUT.png"
        case "HEIF or AVIF": ", such as with: heif-convert IN OUT.png"
        default: ""
        }
    }

    private static func progress(_ decodedRows: Int?, _ expectedRows: Int?) -> String {
        guard let decodedRows, let expectedRows else { return "" }
        return " (\(decodedRows) of \(expectedRows) rows are complete)"
    }
}
