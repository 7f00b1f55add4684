/// Writes PNG files. Compression level, strategy and row filter are fixed and no time is stored: the same image gives the
/// same bytes, as long as the version of zlib stays the same.
public enum PNGEncoder {
    /// An 8 bit grey or RGB file. Values are clamped to 0...1 and scaled to 255; halves are rounded up; NaN becomes 0.
    ///
    /// - Throws: `outOfMemory`, and `tooLarge` for images with more than 2^31 - 1 pixels on a side.
    public static func encode(_ image: PlanarImage) throws(ImagingError) -> [UInt8] {
        try encode(image, SampleBytes.eightBit(image), bitDepth: 8)
    }

    /// A 16 bit grey file; RGB images are converted to grey. Values are clamped to 0...1 and scaled to 65535.
    public static func encodeGrey16(_ image: PlanarImage) throws(ImagingError) -> [UInt8] {
        let grey = image.convertedToGrey()
        return try encode(grey, SampleBytes.sixteenBit(grey), bitDepth: 16)
    }

    private static func encode(
        _ image: PlanarImage, _ samples: [UInt8], bitDepth: Int
    ) throws(ImagingError) -> [UInt8] {
        try image.checkSides(maximum: Int(Int32.max), for: .png)
        do {
            return try NativeCodecs.png(
                samples: samples, width: image.width, height: image.height, channels: image.channels,
                bitDepth: bitDepth)
        } catch {
            throw image.encodingError(error, .png)
        }
    }
}
