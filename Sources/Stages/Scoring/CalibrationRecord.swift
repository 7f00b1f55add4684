/// `calibration.json`.
struct CalibrationRecord: Codable {
    var images: Int
    var quantile, median, threshold: Float
    var scores, trainingScores: [Float]
}
