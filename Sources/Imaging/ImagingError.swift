import Host

/// Why an image could not be read or written. `name` is the file as the caller gave it.
public enum ImagingError: Error, Sendable, Equatable {
    /// The operating system refused; `reason` is its text.
    case unreadable(name: String, reason: String)
    /// The file has no bytes.
    case empty(name: String)
    /// The first bytes belong to none of the formats that are read.
    case unknownFormat(name: String, firstBytes: [UInt8], byteCount: Int)
    /// The extension says one format, the bytes another.
    case mislabelled(name: String, labelled: ImageFormat, actual: ImageFormat)
    /// The file ends before the image does. `decodedRows` of `expectedRows` were complete, where that is known.
    case truncated(name: String, format: ImageFormat, byteCount: Int, decodedRows: Int?, expectedRows: Int?)
    /// The contents contradict themselves; `reason` is the text of the library that found out.
    case damaged(name: String, format: ImageFormat, byteCount: Int, reason: String)
    /// The file is sound, or at least begins so, and uses something that is not read.
    case unsupported(name: String, feature: String)
    /// More pixels or bytes than the limits, or than a format, allow.
    case tooLarge(name: String, quantity: Quantity, actual: Int, limit: Int)
    /// The memory for the image cannot be had.
    case outOfMemory(name: String, byteCount: Int)

    /// What a limit counts.
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
            "\(name): not a PNG, TIFF or JPEG image: its \(byteCount) bytes begin with "
                + "\(Self.hexadecimal(firstBytes)); convert it, or take it out of the folder"
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
        case .tooLarge(let name, let quantity, let actual, let limit):
            "\(name): \(actual) \(quantity.rawValue), at most \(limit) are allowed; "
                + "scale the image down, or raise the limit if it is one of yours"
        case .outOfMemory(let name, let byteCount):
            "\(name): \(byteCount) bytes of memory for the image cannot be had; "
                + "lower the number of parallel tasks or scale the image down"
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }

    private static func progress(_ decodedRows: Int?, _ expectedRows: Int?) -> String {
        guard let decodedRows, let expectedRows else { return "" }
        return " (\(decodedRows) of \(expectedRows) rows are complete)"
    }
}
