/// Why a metric cannot be computed from what was given.
public enum MetricsError: Error, Equatable, Sendable {
    /// As many labels as scores are needed.
    case countMismatch(scores: Int, labels: Int)
    /// A score of a list is not a number, and so has no rank.
    case notANumber(index: Int)
    /// A pixel of an anomaly map is infinite or not a number.
    case notFinite(map: String, x: Int, y: Int)
    /// A map does not hold width x height values.
    case valueCountMismatch(map: String, width: Int, height: Int, values: Int)
    /// A ground-truth mask does not hold width x height values.
    case maskSizeMismatch(map: String, width: Int, height: Int, mask: Int)
    /// An image that is declared normal has labelled pixels.
    case labelledNormalImage(map: String, labelledPixels: Int)
    /// More pixels and regions than the 32-bit counters of the exact evaluation can number.
    case tooLarge(groups: Int)
    /// The score of an image is infinite or not a number.
    case scoreNotFinite(image: String)
    /// The temporary file of a large evaluation failed; `reason` is the operating system's.
    case scratchFile(folder: String, operation: String, reason: String)
    /// A value of the options is outside its range.
    case invalidOption(name: String, value: String, expected: String)
}

extension MetricsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .countMismatch(let scores, let labels):
            "There are \(scores) scores but \(labels) labels; give one label for each score."
        case .notANumber(let index):
            "Score \(index) is not a number, so it has no rank; find the input that produced it and score it again."
        case .notFinite(let map, let x, let y):
            "The anomaly map of '\(map)' holds a value at column \(x), row \(y) that is not finite; "
                + "expected only finite numbers: score this image again."
        case .valueCountMismatch(let map, let width, let height, let values):
            "The anomaly map of '\(map)' holds \(values) values, expected \(width) x \(height); "
                + "read the map again with its own size."
        case .maskSizeMismatch(let map, let width, let height, let mask):
            "The ground-truth mask of '\(map)' holds \(mask) values, expected \(width) x \(height); "
                + "resize the anomaly map to the size of its mask."
        case .labelledNormalImage(let map, let labelledPixels):
            "The image '\(map)' is declared normal but its mask labels \(labelledPixels) pixels, expected none; "
                + "clear the mask or declare the image anomalous."
        case .tooLarge(let groups):
            "The maps hold \(groups) images and regions, expected fewer than 2^32; evaluate fewer images at once."
        case .scoreNotFinite(let image):
            "The score of '\(image)' is not a finite number; expected one: score this image again."
        case .scratchFile(let folder, let operation, let reason):
            "Cannot \(operation) in '\(folder)' (\(reason)), which pixel metrics beyond their memory limit need; make room "
                + "there, set TMPDIR to another folder, or raise the limit."
        case .invalidOption(let name, let value, let expected):
            "The metric option '\(name)' is \(value), expected \(expected); correct it."
        }
    }
}
