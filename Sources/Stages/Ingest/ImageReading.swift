import AnomalyDetection
import ContentStore
import Imaging
import Pipeline
import Wording

/// Properties of an image file that its packed image does not hold. The memo key is the file's bytes and the sample
/// range. The reading is recomputed if the packed image comes from the store, because warnings must not depend on what
/// was decoded before.
package struct ImageReading: Codable, Sendable {
    static let memo = "image-reading", version = 2

    /// The settings that a reading depends on.
    struct Settings: Encodable {
        var source: Digest
        var range: SampleRange?
        /// Poses depend on it, readings do not.
        var colour: ColourRendering?
    }

    package var format: ImageFormat
    /// The size of the upright image, in pixels.
    var width, height: Int
    /// The highest 16-bit integer sample; nil for other formats.
    package var highestSample: Int?
    /// The number of samples outside the range.
    var clippedSamples: Int
    /// The number of stray bytes; see `ImageInfo.strayBytes`.
    var strayBytes: Int

    init(_ decoded: DecodedImage, clipped: Int) {
        (format, width, height) = (decoded.info.format, decoded.info.width, decoded.info.height)
        (highestSample, clippedSamples, strayBytes) = (decoded.highestSample, clipped, decoded.info.strayBytes)
    }
}

/// Warnings about the samples of a set of images.
struct SampleRemarks {
    private let range: SampleRange?
    /// The highest sample of each 16-bit integer image, with its file.
    private var highest: [(file: String, sample: Int)] = []
    private var clipped: [(file: String, samples: Int)] = []
    private var stray: [String] = []

    init(range: SampleRange? = nil) { self.range = range }

    mutating func add(_ reading: ImageReading, of file: String) {
        if let sample = reading.highestSample { highest.append((file, sample)) }
        if reading.clippedSamples > 0 { clipped.append((file, reading.clippedSamples)) }
        if reading.strayBytes > 0 { stray.append("\(file) \(ImageInfo.strayBytesRemark(reading.strayBytes))") }
    }

    /// The warnings, in the order of the images.
    var warnings: [String] {
        var warnings = stray
        if range == nil, let top = highest.map(\.sample).max(), let range = SampleRange(highestSample: top) {
            warnings.append(
                "no sample of the \(highest.count == 1 ? "16 bit image" : "\(highest.count) 16 bit images") exceeds \(top) of "
                    + "65535, so that it would be nearly black: \(highest.map(\.file).listed()). If the camera has "
                    + "fewer bits, set \"range\": \(range.words) in the image section of the manifest, by which the model is trained"
            )
        }
        if let range, !clipped.isEmpty {
            let images = counted(clipped.count, "image has", "images have")
            let shown = clipped.map { "\($0.file) (\($0.samples))" }
            warnings.append(
                "\(images) samples beyond the range \(range.words), which are clipped: \(shown.listed()). If "
                    + "that is not wanted, change \"range\" in the image section of the manifest")
        }
        return warnings
    }
}

extension SampleRange {
    /// The range as written in a manifest.
    package var words: String {
        func number(_ value: Float) -> String {
            value == value.rounded() && abs(value) < 1e7 ? "\(Int(value))" : "\(value)"
        }
        return "[\(number(lowest)), \(number(highest))]"
    }
}

extension ObjectFrame {
    /// The frame's size in words.
    package var words: String { "\(width) x \(height)" }
}
