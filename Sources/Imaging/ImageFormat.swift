/// A file format, told from the first bytes of a file, never from its name.
public enum ImageFormat: String, Sendable, Codable, CaseIterable {
    case png, tiff, jpeg

    /// The usual spelling, for messages.
    public var displayName: String { rawValue.uppercased() }

    /// The extensions in use, lower case; the first is the one to write.
    public var extensions: [String] {
        switch self {
        case .png: ["png"]
        case .tiff: ["tif", "tiff"]
        case .jpeg: ["jpg", "jpeg"]
        }
    }

    /// The format whose magic number the bytes begin with: PNG's eight bytes, the start marker of a JPEG, or the byte order
    /// and version of a TIFF or BigTIFF.
    init?(magicOf bytes: [UInt8]) {
        let start = Array(bytes.prefix(8))
        if start == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] {
            self = .png
        } else if start.starts(with: [0xFF, 0xD8]) {
            self = .jpeg
        } else if [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
            .contains(Array(start.prefix(4)))
        {
            self = .tiff
        } else {
            return nil
        }
    }

    /// The format that the extension of a file name stands for, whatever its case; nil for other names.
    public init?(extensionOf name: String) {
        let file = name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...]
        guard let dot = file.lastIndex(of: ".") else { return nil }
        let suffix = file[file.index(after: dot)...].lowercased()
        guard let format = Self.allCases.first(where: { $0.extensions.contains(suffix) }) else { return nil }
        self = format
    }

    /// Makes sure that the extension of a file's name does not stand for another format than its bytes.
    ///
    /// - Throws: `mislabelled`.
    public func check(extensionOf name: String) throws(ImagingError) {
        if let labelled = ImageFormat(extensionOf: name), labelled != self {
            throw .mislabelled(name: name, labelled: labelled, actual: self)
        }
    }
}
