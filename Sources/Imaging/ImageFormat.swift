/// A file format, identified by the first bytes of a file.
public enum ImageFormat: String, Sendable, Codable, CaseIterable {
    case png, tiff, jpeg, bmp, pnm, webp, jpeg2000

    /// The spelling for messages.
    public var displayName: String {
        switch self {
        case .webp: "WebP"
        case .jpeg2000: "JPEG 2000"
        default: rawValue.uppercased()
        }
    }

    /// All formats for messages.
    public static let names =
        allCases.dropLast().map(\.displayName).joined(separator: ", ") + " or " + allCases.last!.displayName

    /// The lower-case extensions; the first is the preferred one.
    public var extensions: [String] {
        switch self {
        case .png: ["png"]
        case .tiff: ["tif", "tiff"]
        case .jpeg: ["jpg", "jpeg"]
        case .bmp: ["bmp", "dib"]
        case .pnm: ["pnm", "pbm", "pgm", "ppm"]
        case .webp: ["webp"]
        case .jpeg2000: ["jp2", "j2k", "j2c", "jpc", "jpx"]
        }
    }

    /// The format whose magic number the bytes start with: PNG's signature, the start marker of a JPEG, the byte order
    /// and version of a TIFF or BigTIFF, the letters of BMP, PNM and WebP, the first box or markers of a JPEG 2000.
    init?(magicOf bytes: [UInt8]) {
        let start = Array(bytes.prefix(12))
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if start.starts(with: [0xFF, 0xD8]) {
            self = .jpeg
        } else if [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
            .contains(Array(start.prefix(4)))
        {
            self = .tiff
        } else if start.starts(with: "RIFF".utf8), start.dropFirst(8).elementsEqual("WEBP".utf8) {
            self = .webp
        } else if start == [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
            || start.starts(with: [0xFF, 0x4F, 0xFF, 0x51])
        {
            self = .jpeg2000
        } else if start.starts(with: "BM".utf8) {
            self = .bmp
        } else if start.count > 2, start[0] == 0x50, (0x31...0x36).contains(start[1]),
            start[2] == 0x23 || start[2] == 0x20 || (0x09...0x0D).contains(start[2])
        {
            self = .pnm
        } else {
            return nil
        }
    }

    /// True for an image of the HEIF family (HEIC, AVIF), which is not read: its decoders take 25 MB.
    static func isHEIF(_ bytes: [UInt8]) -> Bool {
        let brands: Set = ["heic", "heix", "heim", "heis", "mif1", "msf1", "avif", "avis"]
        return bytes.dropFirst(4).starts(with: "ftyp".utf8)
            && brands.contains(String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self))
    }

    /// The format of a file name's extension in any case; nil for other extensions.
    public init?(extensionOf name: String) {
        let file = name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...]
        guard let dot = file.lastIndex(of: ".") else { return nil }
        let suffix = file[file.index(after: dot)...].lowercased()
        guard let format = Self.allCases.first(where: { $0.extensions.contains(suffix) }) else { return nil }
        self = format
    }

    /// Checks that the extension of a file name does not stand for another format.
    ///
    /// - Throws: `mislabelled`.
    public func check(extensionOf name: String) throws(ImagingError) {
        if let labelled = ImageFormat(extensionOf: name), labelled != self {
            throw .mislabelled(name: name, labelled: labelled, actual: self)
        }
    }
}
