/// Writes JPEG files: baseline, full colour resolution, optimised tables. The same image gives the same bytes.
public enum JPEGEncoder {
    /// Values are clamped to 0...1 and rounded to 8 bits.
    ///
    /// - Parameter quality: 1...100, on libjpeg's scale; numbers outside are moved to the nearer end.
    /// - Throws: `outOfMemory`, and `tooLarge` for images with more than 65,500 pixels on a side.
    public static func encode(_ image: PlanarImage, quality: Int) throws(ImagingError) -> [UInt8] {
        try image.checkSides(maximum: 65500, for: .jpeg)
        do {
            return try NativeCodecs.jpeg(
                samples: SampleBytes.eightBit(image), width: image.width, height: image.height,
                channels: image.channels, quality: min(max(quality, 1), 100))
        } catch {
            throw image.encodingError(error, .jpeg)
        }
    }
}
