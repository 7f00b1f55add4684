/// Invalid input to a metric, or a failure of its temporary file.
public enum MetricsError: Error, Equatable, Sendable {
    /// Scores and labels differ in number.
    case countMismatch(scores: Int, labels: Int)
    /// A score is NaN and has no rank.
    case notANumber(index: Int)
    /// A pixel of an anomaly map is infinite or NaN.
    case notFinite(map: String, x: Int, y: Int)
    /// A map does not hold width x height values.
    case valueCountMismatch(map: String, width: Int, height: Int, values: Int)
    /// A ground-truth mask does not hold width x height values.
    case maskSizeMismatch(map: String, width: Int, height: Int, mask: Int)
    /// An image declared normal has labelled pixels.
    case labelledNormalImage(map: String, labelledPixels: Int)
    /// The number of images and regions exceeds the 32-bit group index.
    case tooLarge(groups: Int)
    /// The score of an image is infinite or NaN.
    case scoreNotFinite(image: String)
    /// An operation on the temporary file failed; `reason` comes from the operating system.
    case scratchFile(folder: String, operation: String, reason: String)
    /// An option is out of range.
    case invalidOption(name: String, value: String, expected: String)
}

extension MetricsError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .countMismatch(let scores, let labels):
            "There are \(scores) scores but \(labels) labels; expected one label per score."
        case .notANumber(let index):
            "Score \(index) is not a number, so it has no rank; score its image again."
        case .notFinite(let map, let x, let y):
            "The anomaly map of '\(map)' has a value at column \(x), row \(y) that is not finite; "
                + "score this image again."
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
            "The score of '\(image)' is not finite; score this image again."
        case .scratchFile(let folder, let operation, let reason):
            "Cannot \(operation) in '\(folder)' (\(reason)). Pixel metrics beyond their memory limit need it: free "
                + "space there, set TMPDIR to another folder, or raise the limit."
        case .invalidOption(let name, let value, let expected):
            "The metric option '\(name)' is \(value), expected \(expected); correct it."
        }
    }
}
