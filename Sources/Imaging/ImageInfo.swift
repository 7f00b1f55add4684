/// What a file says about the image in it.
public struct ImageInfo: Sendable, Equatable, Codable {
    public let format: ImageFormat
    /// Pixels, upright: after the orientation was applied.
    public let width, height: Int
    /// Bits per sample, as stored: 1, 2, 4, 8 or 16; 16, 32 or 64 for floating point.
    public let bitDepth: Int
    public let isFloat: Bool
    public let colour: ImageColour
    /// The file has an alpha channel, or a transparent colour.
    public let hasAlpha: Bool
    /// Some pixel is not opaque, so that compositing over black changed the image. Always false from a probe, which
    /// looks at no pixel.
    public let isAlphaUsed: Bool
    /// The EXIF and TIFF orientation, 1...8, that was undone to get the image upright. 1: it was upright.
    public let orientation: Int
    /// Bytes between the segments of a JPEG that belong to none of them and were skipped; webcams leave some there. Always
    /// 0 from a probe, which does not read to the end.
    public let strayBytes: Int

    /// A clause that goes on after the file's name, for a file with stray bytes.
    public static func strayBytesRemark(_ count: Int) -> String {
        "has \(count) bytes between the segments of its JPEG that belong to none and are skipped: look at the picture, and "
            + "copy it again from its source if it is distorted"
    }

    public init(
        format: ImageFormat, width: Int, height: Int, bitDepth: Int, isFloat: Bool, colour: ImageColour,
        hasAlpha: Bool, isAlphaUsed: Bool, orientation: Int, strayBytes: Int = 0
    ) {
        self.format = format
        self.width = width
        self.height = height
        self.bitDepth = bitDepth
        self.isFloat = isFloat
        self.colour = colour
        self.hasAlpha = hasAlpha
        self.isAlphaUsed = isAlphaUsed
        self.orientation = orientation
        self.strayBytes = strayBytes
    }
}
