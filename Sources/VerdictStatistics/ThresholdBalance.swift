/// The threshold at which false alarms and misses are expected to cost least.
///
/// The share of false alarms is the probability that the next normal image scores at or above the threshold, by
/// Student's t with the level and spread of `PredictionBound`; of several groups of normal scores, the mean. The share
/// of misses is that of the known defects below the threshold. Between two defects only false alarms change, so the
/// lowest cost is at the score of a defect or at the upper limit.
public struct ThresholdBalance: Sendable, Equatable {
    /// The prices of a false alarm and of a miss, 0 or above; only their ratio matters.
    public struct Costs: Codable, Sendable, Equatable {
        public var falseAlarm, miss: Float

        public init(falseAlarm: Float, miss: Float) { (self.falseAlarm, self.miss) = (falseAlarm, miss) }
    }

    /// Scores of normal images that vary in one way, and the number of images that they come from.
    public struct Normals: Sendable {
        public var scores: [Float]
        public var sources: Int

        public init(scores: [Float], sources: Int) { (self.scores, self.sources) = (scores, sources) }
    }

    /// At least this share of the first group of normal images stays below the threshold.
    private static let leastShare = 0.9

    public let threshold: Float
    /// The expected shares of normal images at or above the threshold, and of defects below it.
    public let falseAlarms, misses: Float
    public let costs: Costs

    public init(threshold: Float, falseAlarms: Float, misses: Float, costs: Costs) {
        (self.threshold, self.falseAlarms, self.misses, self.costs) = (threshold, falseAlarms, misses, costs)
    }

    /// - Parameters:
    ///   - normals: groups of normal scores, at least one.
    ///   - defects: the scores of defects.
    ///   - limit: the highest threshold.
    /// - Returns: nil without a defect, or if the spread of a group is undefined.
    public init?(normals: [Normals], defects: [Float], limit: Float, scale: ScoreScale, costs: Costs) {
        let groups = normals.compactMap { PredictionBound(of: $0.scores, sources: $0.sources, scale: scale) }
        guard groups.count == normals.count, !defects.isEmpty,
            let lowest = groups.first?.upper(probability: Self.leastShare)
        else { return nil }
        let ascending = defects.sorted()
        var best: ThresholdBalance?, lowestCost = Double.infinity
        for candidate in ascending.filter({ $0 >= lowest && $0 < limit }) + [limit] {
            let alarms = groups.reduce(0) { $0 + $1.probability(atOrAbove: candidate) } / Double(groups.count)
            let misses = Double(ascending.count { $0 < candidate }) / Double(ascending.count)
            let cost = Double(costs.falseAlarm) * alarms + Double(costs.miss) * misses
            guard cost < lowestCost else { continue }
            lowestCost = cost
            best = ThresholdBalance(
                threshold: candidate, falseAlarms: Float(alarms), misses: Float(misses), costs: costs)
        }
        guard let best else { return nil }
        self = best
    }
}

extension ThresholdBalance {
    /// The expectation in words.
    public var words: String {
        func percent(_ share: Float) -> String { "\((Double(share) * 1000).rounded() / 10) %" }
        return
            "by costs, \(percent(falseAlarms)) false alarms and \(percent(misses)) of synthetic defects missed expected"
    }
}
