/// Decodes PNG, TIFF, JPEG, BMP, PNM, WebP and JPEG 2000 images.
///
/// - The bytes determine the format. A file extension that stands for another of these formats is an error.
/// - The EXIF or TIFF orientation is applied: images are upright.
/// - Integer samples are divided by their maximum. Floating-point samples keep their values (64 bits are rounded to
///   32). Palettes become RGB. Grey in which 0 is white is inverted unless it is floating point.
/// - Alpha is composited over black; `ImageInfo.isAlphaUsed` is true if that changed the image. One additional TIFF
///   sample that is not declared as alpha is ignored.
/// - Colour profiles and gamma are not applied. Only the first image of a file is read.
/// - An incomplete or damaged image is an error; pixels are never made up. Bytes between the segments of a JPEG do not
///   affect pixels: they are skipped and counted in `ImageInfo.strayBytes`.
public enum ImageDecoder {
    /// The lower-case extensions of files that can be decoded.
    public static let readableExtensions = Set(ImageFormat.allCases.flatMap(\.extensions))

    /// Reads and decodes a file.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> DecodedImage {
        try EncodedImage(path: path, limits).image(limits)
    }

    /// Decodes the contents of a file.
    ///
    /// - Parameters:
    ///   - name: the file name for messages and for the check of its extension.
    ///   - checksExtension: false if the result must depend on the bytes only; see `ImageFormat.check`.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init(), checksExtension: Bool = true
    ) throws(ImagingError) -> DecodedImage {
        try EncodedImage(bytes: bytes, name: name, checksExtension: checksExtension).image(limits)
    }

    /// Reads the properties of a file without decoding pixels. It reads the whole file, because TIFF and PNG can store
    /// properties at the end.
    public static func probe(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> ImageInfo {
        try EncodedImage(path: path, limits).info(limits)
    }

    /// Reads the properties of the contents of a file without decoding pixels.
    public static func probe(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init(), checksExtension: Bool = true
    ) throws(ImagingError) -> ImageInfo {
        try EncodedImage(bytes: bytes, name: name, checksExtension: checksExtension).info(limits)
    }
}

/// An image and the properties of its file.
public struct DecodedImage: Sendable, Equatable {
    public let image: PlanarImage
    public let info: ImageInfo

    public init(image: PlanarImage, info: ImageInfo) {
        (self.image, self.info) = (image, info)
    }
}

/// Limits on the size of an image. They are checked before memory is allocated, because a crafted file of a few
/// kilobytes can decompress to many gigabytes.
public struct DecodeLimits: Sendable, Equatable {
    /// The maximum of width times height.
    public var maximumPixels: Int
    /// The maximum size of the file in bytes.
    public var maximumFileBytes: Int

    public init(maximumPixels: Int = 200_000_000, maximumFileBytes: Int = 1 << 30) {
        (self.maximumPixels, self.maximumFileBytes) = (maximumPixels, maximumFileBytes)
    }
}
