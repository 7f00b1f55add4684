import Glibc

/// What scores normal images get, from images that were held out of training.
public struct Calibration: Sendable, Equatable {
    /// Ascending.
    public let scores: [Float]
    public let quantile: Float
    public let median: Float
    /// A score at or above it is an anomaly's.
    public let threshold: Float

    /// - Parameters:
    ///   - scores: of normal images, at least one, in any order.
    ///   - quantile: the share of normal images that shall stay below the threshold, 0...1.
    public init(scores: [Float], quantile: Float) {
        guard !scores.isEmpty else { fatalError("a calibration without scores") }
        self.scores = scores.sorted()
        self.quantile = quantile
        median = Calibration.quantile(0.5, of: self.scores)
        threshold = Calibration.quantile(quantile, of: self.scores)
    }

    /// 0 for the median normal image and 1 at the threshold, so that models and categories can be compared. Where the few
    /// held-out images hardly differ, the unit is a tenth of the median.
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
