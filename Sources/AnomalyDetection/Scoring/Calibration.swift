import Thresholds

/// What scores normal images get, from images that were held out of training.
public struct Calibration: Sendable, Equatable {
    /// How the threshold comes from the scores.
    public enum Estimate: String, Codable, Sendable, CaseIterable {
        /// By a bound for the next score that one odd image does not move; with few images it leaves room for what they did
        /// not show, and takes the spread from training images as well. Where it is not defined, `empirical`.
        case robust
        /// By the quantile of the scores themselves.
        case empirical
    }

    /// Ascending.
    public let scores: [Float]
    /// How many images they are of: at most as many as scores.
    public let images: Int
    /// Ascending: of images that were trained on, one of each. Lower than those of new images, and as different among
    /// themselves.
    public let trainingScores: [Float]
    public let quantile: Float
    public let estimate: Estimate
    public let median: Float
    /// The threshold that the scores give.
    public let estimatedThreshold: Float
    /// A threshold that a person chose in place of the estimated one.
    public let chosenThreshold: Float?
    /// The threshold in force: a score at or above it is an anomaly's.
    public var threshold: Float { chosenThreshold ?? estimatedThreshold }

    /// - Parameters:
    ///   - scores: of normal images, at least one, in any order.
    ///   - images: how many images these are of, where an image has several.
    ///   - trainingScores: of images that were trained on, in any order, for the spread of a robust threshold.
    ///   - quantile: the share of normal images that shall stay below the threshold, 0...1; 1 takes the highest score.
    ///   - chosenThreshold: a finite one that a person chose.
    public init(
        scores: [Float], images: Int? = nil, trainingScores: [Float] = [], quantile: Float,
        estimate: Estimate = .empirical, chosenThreshold: Float? = nil
    ) {
        guard !scores.isEmpty, (1...scores.count).contains(images ?? 1) else {
            fatalError("a calibration of \(scores.count) scores of \(images ?? scores.count) images")
        }
        self.scores = scores.sorted()
        self.images = images ?? scores.count
        self.trainingScores = trainingScores.sorted()
        (self.quantile, self.estimate, self.chosenThreshold) = (quantile, estimate, chosenThreshold)
        median = Calibration.quantile(0.5, of: self.scores)
        let bound =
            estimate == .empirical
            ? nil
            : PredictionBound.upper(
                of: self.scores, sources: self.images, alike: self.trainingScores, probability: Double(quantile))
        estimatedThreshold = bound ?? Calibration.quantile(quantile, of: self.scores)
    }

    /// The same scores with a threshold that a person chose; nil keeps the one in force.
    public func choosing(_ threshold: Float?) -> Calibration {
        Calibration(
            scores: scores, images: images, trainingScores: trainingScores, quantile: quantile, estimate: estimate,
            chosenThreshold: threshold ?? chosenThreshold)
    }

    /// 0 for the median normal image and 1 at the threshold, so that models and categories can be compared. Where the few
    /// held-out images hardly differ, or a chosen threshold lies below the median, the unit is a tenth of the median.
    public func normalized(_ score: Float) -> Float {
        (score - median) / max(threshold - median, abs(median) * 0.1, .leastNormalMagnitude)
    }

    public func isAnomaly(_ score: Float) -> Bool { score >= threshold }

    /// Linear between neighbouring order statistics (Hyndman and Fan's type 7, as in NumPy).
    static func quantile(_ share: Float, of ascending: [Float]) -> Float {
        let position = Double(share) * Double(ascending.count - 1)
        let below = Int(position.rounded(.down))
        let above = min(below + 1, ascending.count - 1)
        return ascending[below] + Float(position - Double(below)) * (ascending[above] - ascending[below])
    }
}
