/// The properties of an image file.
public struct ImageInfo: Sendable, Equatable, Codable {
    public let format: ImageFormat
    /// The upright size in pixels, with the orientation applied.
    public let width, height: Int
    /// The stored bits per sample: 1 to 16; 16, 32 or 64 for floating point.
    public let bitDepth: Int
    public let isFloat: Bool
    /// True if the file states a range of its own below 65535, by which its samples are divided: a PNM of 16 bits may.
    public let statesRange: Bool
    public let colour: ImageColour
    /// True if the file has an alpha channel or a transparent colour.
    public let hasAlpha: Bool
    /// True if some pixel is not opaque, so that compositing over black changed the image. Always false for a probe,
    /// which decodes no pixels.
    public let isAlphaUsed: Bool
    /// The EXIF or TIFF orientation, 1...8, that was applied to get the image upright. 1 means that it was upright.
    public let orientation: Int
    /// The number of skipped bytes between the segments of a JPEG, where some webcams leave padding. Always 0 for a
    /// probe, which does not read to the end.
    public let strayBytes: Int

    /// A warning about stray bytes. It continues a sentence that starts with the file's name.
    public static func strayBytesRemark(_ count: Int) -> String {
        "has \(count) stray bytes between JPEG segments, which are skipped: look at the picture, and copy it again from its "
            + "source if it is distorted"
    }

    public init(
        format: ImageFormat, width: Int, height: Int, bitDepth: Int, isFloat: Bool, colour: ImageColour,
        hasAlpha: Bool, isAlphaUsed: Bool, orientation: Int, strayBytes: Int = 0, statesRange: Bool = false
    ) {
        (self.format, self.width, self.height) = (format, width, height)
        (self.bitDepth, self.isFloat, self.colour) = (bitDepth, isFloat, colour)
        (self.hasAlpha, self.isAlphaUsed) = (hasAlpha, isAlphaUsed)
        (self.orientation, self.strayBytes, self.statesRange) = (orientation, strayBytes, statesRange)
    }
}

/// The colours that a model sees, if they are not those of the files.
public enum ColourRendering: String, Sendable, Codable, CaseIterable {
    /// sRGB: the profile of each file is applied.
    case sRGB
}

/// The colour representation of a file.
public enum ImageColour: String, Sendable, Codable {
    case grey, rgb
    /// One index per pixel into a table of RGB colours.
    case palette
}
