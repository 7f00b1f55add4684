/// The scale on which the scores of a detector vary. The detector determines it, not its scores: a rule that looked at
/// the signs of a few scores would switch between two thresholds when one more image is held out.
public enum ScoreScale: String, Codable, Sendable, CaseIterable {
    /// Scores are above 0 and vary by factors, such as squared errors and distances.
    case logarithmic
    /// Scores have any sign and vary by differences, such as differences of distances and standardised maps.
    case linear

    /// The unit of scores that are all equal: a tenth of their median. On the linear scale, whose zero means nothing,
    /// it is 0.1, because such detectors standardise features or maps by normal images.
    public func unitWithoutSpread(median: Double) -> Double { self == .logarithmic ? abs(median) / 10 : 0.1 }
}
