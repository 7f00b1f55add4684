/// `calibration.json`.
struct CalibrationRecord: Codable {
    var images: Int
    var quantile, median, threshold: Float
    /// Where a person set `threshold` in the manifest: what calibration would have given.
    var estimatedThreshold: Float?
    var scores, trainingScores: [Float]
}
