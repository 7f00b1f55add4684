import AnomalyDetection

/// The threshold of a model's verdicts, for its card.
struct ThresholdFacts: Codable, Equatable, Sendable {
    /// In units of scores; 1 and 0 of normalised ones.
    var value, median: Float
    /// Where a person set `value` in the manifest: what calibration would have given.
    var calibrated: Float?
    /// `robust` or `empirical`.
    var estimate: String
    /// Share of normal images that shall stay below.
    var quantile: Float
    /// 1 - quantile; of a threshold that a person set, nobody has said what it aims at.
    var targetFalseAlarmRate: Double
    /// Images and scores that it rests on, and scores of images that were trained on, for the spread.
    var heldOutImages, heldOutScores, trainingScores: Int
    /// See `VerdictConfidence`.
    var tolerance: Double
    /// Scores from the first up to the second have uncertain verdicts; nil where none has.
    var uncertainFrom, uncertainTo: Float?

    init(_ calibration: Calibration, tolerance: Double, uncertain: Range<Float>?) {
        (value, median) = (calibration.threshold, calibration.median)
        calibrated = calibration.chosenThreshold.map { _ in calibration.estimatedThreshold }
        (estimate, quantile) = (calibration.estimate.rawValue, calibration.quantile)
        // Of 0.99 not 0.010000000000000009.
        targetFalseAlarmRate = ((1 - Double(calibration.quantile)) * 1e6).rounded() / 1e6
        heldOutImages = calibration.images
        (heldOutScores, trainingScores) = (calibration.scores.count, calibration.trainingScores.count)
        self.tolerance = tolerance
        (uncertainFrom, uncertainTo) = (uncertain?.lowerBound, uncertain?.upperBound)
    }
}
