import VerdictStatistics

/// The value of an anomaly map from which pixels belong to a region, estimated without labels like the threshold of
/// scores: 19 of 20 normal images are expected without a region.
public enum PixelThreshold {
    /// The share of normal images without a region.
    private static let share: Float = 0.95
    /// The shares between which synthetic defects choose.
    private static let leastShare = 0.9, highestShare = 0.99

    /// - Parameters:
    ///   - peaks: the highest value of the map of each held-out normal image without augmentation, at least one.
    ///   - trainingPeaks: those of training images, likewise, for their spread.
    ///   - scale: the scale of the detector's scores.
    ///   - defects: pixels of synthetic defects and of the images around them; nil for an estimate from normal images
    ///     alone. Of the thresholds that leave 90 to 99 % of normal images without a region, the one of the highest F1
    ///     of these pixels is taken.
    public static func estimate(
        peaks: [Float], trainingPeaks: [Float] = [], method: Calibration.Estimate = .robust, scale: ScoreScale,
        defects: PixelTally? = nil
    ) -> Float {
        let bound =
            method == .empirical
            ? nil : PredictionBound(of: peaks, sources: peaks.count, alike: trainingPeaks, scale: scale)
        guard let usual = bound?.upper(probability: Double(share)) else {
            // A region needs a value above those of normal images.
            return Calibration.quantile(share, of: peaks.sorted()).nextUp
        }
        guard let lowest = bound?.upper(probability: leastShare), let highest = bound?.upper(probability: highestShare),
            lowest < highest
        else { return usual }
        return defects?.bestThreshold(in: lowest...highest) ?? usual
    }
}

/// Counts of pixels by value, in about 2,000 steps for each factor of two.
public struct PixelTally: Sendable {
    private static let shift = 12

    private var inside, outside: [Int32]

    public init() {
        inside = [Int32](repeating: 0, count: 1 << (32 - Self.shift))
        outside = inside
    }

    /// - Parameter mask: nonzero for pixels of a defect; as many as values.
    public mutating func add(_ values: [Float], mask: [UInt8]) {
        for (value, label) in zip(values, mask) where value.isFinite {
            let step = Self.step(value)
            if label != 0 { inside[step] += 1 } else { outside[step] += 1 }
        }
    }

    /// The threshold with the highest F1; of equal ones, the highest. Nil without a pixel of a defect in the range.
    func bestThreshold(in range: ClosedRange<Float>) -> Float? {
        let total = inside.reduce(0) { $0 + Int($1) }
        guard total > 0 else { return nil }
        var found = 0, wrong = 0, best: Float?, highest = 0.0
        for step in stride(from: inside.count - 1, through: Self.step(range.lowerBound), by: -1) {
            found += Int(inside[step])
            wrong += Int(outside[step])
            let value = max(Self.value(step), range.lowerBound)
            let f1 = 2 * Double(found) / Double(total + found + wrong)
            if value <= range.upperBound, f1 > highest { (highest, best) = (f1, value) }
        }
        return best
    }

    /// The step of a value; ascending.
    private static func step(_ value: Float) -> Int {
        let bits = (value + 0).bitPattern
        return Int((bits >> 31 == 1 ? ~bits : bits | 0x8000_0000) >> shift)
    }

    /// The lowest value of a step.
    private static func value(_ step: Int) -> Float {
        let bits = UInt32(step) << shift
        return Float(bitPattern: bits >> 31 == 1 ? bits ^ 0x8000_0000 : ~bits)
    }
}
