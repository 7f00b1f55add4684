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

    public init(
        format: ImageFormat, width: Int, height: Int, bitDepth: Int, isFloat: Bool, colour: ImageColour,
        hasAlpha: Bool, isAlphaUsed: Bool, orientation: Int
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
    }
}
