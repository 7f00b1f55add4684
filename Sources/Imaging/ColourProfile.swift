/// The ICC profile of an image file. It is applied on request only; without that, the same part differs between cameras
/// with different profiles.
///
/// Source of the format: ICC.1:2022, sections 7 (header, tag table) and 10 (types).
public struct ColourProfile: Sendable, Hashable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// Finds the profile in the contents of an image file.
    ///
    /// - Returns: nil for a file without a profile, and for one that cannot be read.
    public init?(of file: [UInt8]) {
        guard let format = ImageFormat(magicOf: file) else { return nil }
        let found: [UInt8]? =
            switch format {
            case .png, .tiff: try? NativeCodecs.profile(of: file, format: format)
            case .jpeg: Self.inJPEG(file)
            case .webp: Self.inWebP(file)
            case .jpeg2000: (try? JPEG2000File(file))?.profile.map { Array($0) }
            case .bmp: Self.inBitmap(file)
            case .pnm: nil
            }
        guard let found, !found.isEmpty else { return nil }
        bytes = found
    }

    /// True if a PNG file says that it has a profile. libpng leaves out one that is damaged, or of another kind of
    /// colours than the image.
    public static func isDeclared(in file: [UInt8]) -> Bool {
        guard ImageFormat(magicOf: file) == .png else { return false }
        return ImageChunks.ofPNG(file).prefix { !$0.name.elementsEqual("IDAT".utf8) }
            .contains { $0.name.elementsEqual("iCCP".utf8) }
    }

    /// The largest profile that is applied, in bytes.
    private static let limitBytes = 16 << 20

    /// Converts an image with the colours of this profile to sRGB by the perceptual intent; a grey image to grey with
    /// the curve of sRGB. A profile for RGB also applies to a grey image, which becomes one of three channels.
    ///
    /// Values from 0 to 1 are converted without rounding to the file's bits, and results are clamped to 0...1.
    ///
    /// - Parameter name: the image's file for messages.
    /// - Throws: `ImagingError.unsupported` for a profile of other colours, or that lcms2 cannot use.
    public func convertedToSRGB(_ image: PlanarImage, name: String) throws(ImagingError) -> PlanarImage {
        guard bytes.count <= Self.limitBytes else {
            throw .unsupported(name: name, feature: "a colour profile of \(bytes.count) bytes")
        }
        let isForRGB = bytes.count >= 20 && bytes[16..<20].elementsEqual("RGB ".utf8)
        do throws(NativeCodecs.Failure) {
            return try NativeCodecs.convertedToSRGB(isForRGB ? image.convertedToRGB() : image, from: bytes)
        } catch {
            guard error.kind != .outOfMemory else { throw .outOfMemory(name: name, byteCount: 4 * image.values.count) }
            throw .unsupported(name: name, feature: error.message)
        }
    }

    /// The description in the profile; nil if it has none that can be read.
    public var name: String? {
        guard let count = bytes.big(at: 128, 4) else { return nil }
        for index in 0..<min(count, 100) {
            let entry = 132 + 12 * index
            guard bytes.big(at: entry, 4) == 0x6465_7363 else { continue }  // desc
            guard let start = bytes.big(at: entry + 4, 4) else { return nil }
            switch bytes.big(at: start, 4) {
            case 0x6465_7363:  // text of version 2
                guard let length = bytes.big(at: start + 8, 4), length > 1, length <= 200,
                    start + 12 + length <= bytes.count
                else { return nil }
                return Self.printable(bytes[(start + 12)..<(start + 11 + length)].map { UInt16($0) })
            case 0x6D6C_7563:  // mluc: the first of several languages
                guard let length = bytes.big(at: start + 20, 4), let offset = bytes.big(at: start + 24, 4),
                    length > 1, length <= 400, start + offset + length <= bytes.count
                else { return nil }
                return Self.printable(
                    (0..<length / 2).compactMap { index in
                        bytes.big(at: start + offset + 2 * index, 2).map { UInt16($0) }
                    })
            default: return nil
            }
        }
        return nil
    }

    private static func printable(_ units: [UInt16]) -> String {
        String(decoding: units.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF16.self)
    }

    /// The parts of all APP2 segments with a profile, in the order of their numbers.
    private static func inJPEG(_ file: [UInt8]) -> [UInt8]? {
        let parts = ImageChunks.ofJPEG(file).filter {
            $0.marker == 0xE2 && $0.content.count > 14 && $0.content.starts(with: Array("ICC_PROFILE".utf8) + [0])
        }.map(\.content)
        return parts.isEmpty
            ? nil : parts.sorted { $0[$0.startIndex + 12] < $1[$1.startIndex + 12] }.flatMap { $0.dropFirst(14) }
    }

    private static func inWebP(_ file: [UInt8]) -> [UInt8]? {
        ImageChunks.ofWebP(file).first { $0.name.elementsEqual("ICCP".utf8) }.map { Array($0.content) }
    }

    /// An embedded profile of a BITMAPV5HEADER.
    private static func inBitmap(_ file: [UInt8]) -> [UInt8]? {
        guard file.little(at: 14, 4) == 124, file.little(at: 70, 4) == 0x4D42_4544,  // MBED
            let offset = file.little(at: 126, 4), let length = file.little(at: 130, 4),
            14 + offset + length <= file.count
        else { return nil }
        return Array(file[(14 + offset)..<(14 + offset + length)])
    }
}
