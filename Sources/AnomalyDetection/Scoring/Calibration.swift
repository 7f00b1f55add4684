import VerdictStatistics

/// The threshold of a model and the scores of held-out normal images that it is estimated from.
public struct Calibration: Sendable, Equatable {
    /// The method that estimates the threshold from the scores.
    public enum Estimate: String, Codable, Sendable, CaseIterable {
        /// A prediction bound for the next score, robust against single outliers. With few images it is wider and also
        /// uses the spread of training images. Falls back to `empirical` where the bound is undefined.
        case robust
        /// The quantile of the scores.
        case empirical
    }

    /// In ascending order.
    public let scores: [Float]
    /// The number of images that the scores belong to, at most the number of scores.
    public let images: Int
    /// The scores of training images, one per image, in ascending order. They are lower than the scores of new images
    /// but have the same spread.
    public let trainingScores: [Float]
    public let quantile: Float
    public let estimate: Estimate
    /// The scale of the detector's scores.
    public let scale: ScoreScale
    /// The scores of normal images as a camera shows them, in ascending order: those without augmentation if the
    /// threshold comes from a balance, else all.
    public let reference: [Float]
    /// The median of `reference`.
    public let median: Float
    /// The threshold estimated from the scores.
    public let estimatedThreshold: Float
    /// The balance of false alarms and misses that the estimated threshold comes from; nil for a bound of normal
    /// scores.
    public let balance: ThresholdBalance?
    /// A user's threshold, which replaces the estimated one.
    public let chosenThreshold: Float?
    /// The effective threshold. Scores at or above it are anomalous.
    public var threshold: Float { chosenThreshold ?? estimatedThreshold }

    /// - Parameters:
    ///   - scores: the scores of normal images, at least one, in any order.
    ///   - images: the number of images, if some have several scores; nil for one score per image.
    ///   - trainingScores: the scores of training images in any order, for the spread of a robust threshold.
    ///   - quantile: the share of normal images below the threshold, 0...1; 1 takes the highest score.
    ///   - scale: the scale of the detector's scores.
    ///   - balance: replaces the estimate from normal scores alone, with the scores of unchanged images.
    ///   - chosenThreshold: a user's threshold, finite.
    public init(
        scores: [Float], images: Int? = nil, trainingScores: [Float] = [], quantile: Float,
        estimate: Estimate = .empirical, scale: ScoreScale = .logarithmic,
        balance: (threshold: ThresholdBalance, unchanged: [Float])? = nil,
        chosenThreshold: Float? = nil
    ) {
        guard !scores.isEmpty, (1...scores.count).contains(images ?? 1) else {
            fatalError("calibration with \(scores.count) scores of \(images ?? scores.count) images")
        }
        self.scores = scores.sorted()
        self.images = images ?? scores.count
        self.trainingScores = trainingScores.sorted()
        (self.quantile, self.estimate, self.chosenThreshold) = (quantile, estimate, chosenThreshold)
        self.scale = scale
        reference = balance?.unchanged.sorted() ?? self.scores
        median = Calibration.quantile(0.5, of: reference)
        let bound =
            estimate == .empirical
            ? nil
            : PredictionBound.upper(
                of: self.scores, sources: self.images, alike: self.trainingScores, scale: scale,
                probability: Double(quantile))
        self.balance = balance?.threshold
        estimatedThreshold = balance?.threshold.threshold ?? bound ?? Calibration.quantile(quantile, of: self.scores)
    }

    /// The same scores with a user's threshold; nil keeps the effective one.
    public func choosing(_ threshold: Float?) -> Calibration {
        Calibration(
            scores: scores, images: images, trainingScores: trainingScores, quantile: quantile, estimate: estimate,
            scale: scale, balance: balance.map { ($0, reference) }, chosenThreshold: threshold ?? chosenThreshold)
    }

    /// The same scores with a threshold that balances false alarms and misses; the estimate from normal scores alone
    /// limits it. Unchanged where that is undefined.
    ///
    /// - Parameters:
    ///   - unchanged: the scores of the held-out images without augmentation.
    ///   - defects: the scores of defects.
    public func balanced(_ costs: ThresholdBalance.Costs, unchanged: [Float], defects: [Float]) -> Calibration {
        Calibration(
            scores: scores, images: images, trainingScores: trainingScores, quantile: quantile, estimate: estimate,
            scale: scale,
            balance: ThresholdBalance(
                normals: [.init(scores: unchanged, sources: unchanged.count), .init(scores: scores, sources: images)],
                defects: defects, limit: estimatedThreshold, scale: scale, costs: costs
            ).map { ($0, unchanged) },
            chosenThreshold: chosenThreshold)
    }

    /// Scales a score to 0 for the median normal image and 1 at the threshold, which makes models and categories
    /// comparable. If the threshold hardly exceeds the median, or lies below it, the unit is a tenth of the median; on
    /// the linear scale, where a median may be 0, the median absolute deviation of the scores. Finite.
    public func normalized(_ score: Float) -> Float {
        let number = (score - median) / unit
        return min(max(number, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }

    /// The distance of two scores whose normalised scores differ by 1, above 0.
    package var unit: Float { max(threshold - median, smallestUnit, .leastNormalMagnitude) }

    private var smallestUnit: Float {
        let deviation =
            scale == .linear ? Calibration.quantile(0.5, of: reference.map { abs($0 - median) }.sorted()) : 0
        return deviation > 0 ? deviation : Float(scale.unitWithoutSpread(median: Double(median)))
    }

    /// The confidence in verdicts at the effective threshold.
    ///
    /// - Throws: `ThresholdsError` for a tolerance out of range.
    public func confidence(tolerance: Double) throws(ThresholdsError) -> VerdictConfidence {
        try VerdictConfidence(
            calibrationScores: reference, images: images, threshold: threshold, scale: scale, tolerance: tolerance)
    }

    public func isAnomaly(_ score: Float) -> Bool { score >= threshold }

    /// A quantile with linear interpolation between order statistics (Hyndman and Fan's type 7, as in NumPy).
    static func quantile(_ share: Float, of ascending: [Float]) -> Float {
        let position = Double(share) * Double(ascending.count - 1)
        let below = Int(position.rounded(.down))
        let above = min(below + 1, ascending.count - 1)
        return ascending[below] + Float(position - Double(below)) * (ascending[above] - ascending[below])
    }
}
