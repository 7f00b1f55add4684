/// Reads PNG, TIFF and JPEG images.
///
/// - The format is that of the bytes. A name whose extension says another one of the three is an error.
/// - EXIF and TIFF orientation is undone: images come out upright.
/// - Integers are divided by their largest value, floating-point samples stay as they are (64 bit ones are rounded to 32).
///   Palettes become RGB. Grey where 0 is white is inverted, unless it is floating point.
/// - Alpha is composited over black; `ImageInfo.isAlphaUsed` says whether that changed anything. Further samples of a TIFF
///   that are not declared as alpha are ignored, up to one.
/// - Colour profiles and gamma are not applied. Of a file with several images, the first is read.
/// - An image that is not complete and sound is an error, never a picture with made-up pixels. Bytes between the segments of
///   a JPEG touch no pixel: they are skipped and counted in `ImageInfo.strayBytes`.
public enum ImageDecoder {
    /// The extensions, in lower case, of files that can be read.
    public static let readableExtensions = Set(ImageFormat.allCases.flatMap(\.extensions))

    /// Reads and decodes a file.
    public static func decode(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> DecodedImage {
        let bytes = try FileBytes.read(path: path, maximumBytes: limits.maximumFileBytes)
        return try decode(bytes: bytes, name: path, limits: limits)
    }

    /// Decodes the contents of a file.
    ///
    /// - Parameters:
    ///   - name: for messages, and for its extension.
    ///   - checksExtension: false where the result must depend on the bytes alone; see `ImageFormat.check`.
    public static func decode(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init(), checksExtension: Bool = true
    ) throws(ImagingError) -> DecodedImage {
        let file = EncodedImage(bytes: bytes, name: name, checksExtension: checksExtension)
        let (header, pixels, info) = try file.decoded(limits, as: .colours)
        let stored = PlanarImage(
            width: header.width, height: header.height, channels: header.channels, values: pixels.values)
        return DecodedImage(image: Orientation(code: info.orientation).upright(stored), info: info)
    }

    /// What a file says about its image. It is read once as a whole, because TIFF and PNG keep some of that at the end;
    /// no pixel is decoded.
    public static func probe(path: String, limits: DecodeLimits = .init()) throws(ImagingError) -> ImageInfo {
        let bytes = try FileBytes.read(path: path, maximumBytes: limits.maximumFileBytes)
        return try probe(bytes: bytes, name: path, limits: limits)
    }

    /// What the contents of a file say about its image.
    public static func probe(
        bytes: [UInt8], name: String, limits: DecodeLimits = .init(), checksExtension: Bool = true
    ) throws(ImagingError) -> ImageInfo {
        let file = EncodedImage(bytes: bytes, name: name, checksExtension: checksExtension)
        let format = try file.format(limits)
        return file.info(format, try file.header(format, limits))
    }
}
