/// `calibration.json`.
struct CalibrationRecord: Codable {
    var images: Int
    var quantile, median, threshold: Float
    /// See `PixelThreshold`.
    var pixelThreshold: Float
    /// The calibrated threshold, if the manifest sets `threshold`; else nil.
    var estimatedThreshold: Float?
    var scores, trainingScores: [Float]
    /// With prices: the scores of synthetic defects, and the expected shares of false alarms and misses.
    var defects: [Float]?
    var falseAlarms, misses: Float?
}
