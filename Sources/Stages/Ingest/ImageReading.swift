import ContentStore
import Imaging

/// What an image file is like beside its packed image. It is kept by the file's bytes and the range of its samples, and read
/// again where the packed image comes from the store: warnings must not depend on what was decoded before.
struct ImageReading: Codable, Sendable {
    static let memo = "image-reading", version = 1

    /// What a reading depends on.
    struct Settings: Encodable {
        var source: Digest
        var range: SampleRange?
    }

    var format: ImageFormat
    /// Upright.
    var width, height: Int
    /// Of 16 bit integers; nil for other samples.
    var highestSample: Int?
    /// Samples beyond the range.
    var clippedSamples: Int
    /// See `ImageInfo.strayBytes`.
    var strayBytes: Int

    init(_ decoded: DecodedImage, clipped: Int) {
        (format, width, height) = (decoded.info.format, decoded.info.width, decoded.info.height)
        (highestSample, clippedSamples, strayBytes) = (decoded.highestSample, clipped, decoded.info.strayBytes)
    }
}
