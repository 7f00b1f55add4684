import Wording

/// An input that ingest rejects, beyond the decoder's own errors.
enum IngestError: Error, CustomStringConvertible {
    case badImages([String])
    case changed(String)
    case floatRange(String, lowest: Float, highest: Float)
    /// `count` NaN or infinite values, with the position of the first one in the upright image.
    case notFinite(String, value: Float, x: Int, y: Int, count: Int)
    case maskSize(mask: String, found: String, expected: String)
    /// A region whose pixel value has no saturation threshold.
    case noSaturation(mask: String, value: Int)

    /// The fault of the file, for which it can be set aside; nil if the file is not at fault.
    var fault: ImageFault? {
        switch self {
        case .floatRange: .floatRange
        case .notFinite: .notFinite
        case .maskSize: .maskSize
        case .badImages, .changed, .noSaturation: nil
        }
    }

    var description: String {
        switch self {
        case .badImages(let faults):
            counted(faults.count, "image") + " cannot be used:\n  "
                + faults.joined(separator: "\n  ")
                + "\n  Remove or repair them, or go on without them: \"onBadImage\": \"quarantine\" in the manifest's "
                + "dataset, or --quarantine when scoring"
        case .changed(let name):
            "\(name) changed while it was being read; run again when nothing writes to the data set"
        case .floatRange(let name, let lowest, let highest):
            "\(name) holds floating-point values from \(lowest) to \(highest); expected 0 to 1: scale them before "
                + "ingest, or set \"range\" in the manifest's image section"
        case .notFinite(let name, let value, let x, let y, let count):
            "\(name) holds \(counted(count, "value that is", "values that are")) not a finite number, the first "
                + "(\(value)) at column \(x), row \(y); expected numbers from 0 to 1: replace invalid pixels before ingest"
        case .maskSize(let mask, let found, let expected):
            "\(mask) has \(found) pixels, but the image has \(expected); make both the same size"
        case .noSaturation(let mask, let value):
            "\(mask) has the pixel value \(value), which defects_config.json does not list; copy the data set again from its source"
        }
    }
}
