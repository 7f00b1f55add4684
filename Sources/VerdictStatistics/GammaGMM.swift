import Glibc

/// Estimates the contamination, the share of anomalous images, from scores alone.
///
/// The method is that of Perini, Bürkner and Klami, "Estimating the contamination factor's distribution in unsupervised
/// anomaly detection", ICML 2023, arXiv 2210.10487, and its authors' code:
/// 1. The logarithm of the scores above their minimum is standardised.
/// 2. A Dirichlet process mixture of Gaussians is fitted to it, and its components are ordered by mean / (1 + standard
///    deviation), the most anomalous first.
/// 3. Given that all components before it are anomalous, component k is anomalous with probability 1 / (1 + exp(tau +
///    delta r_k)), where r_k is its position in that order.
/// 4. tau and delta follow from the prior probabilities that nothing is anomalous and that the share exceeds `high`.
/// 5. The contamination is the weight of the first k components, with k drawn by these probabilities. Its mean is the
///    estimate.
///
/// Differences, because there is one detector and few images:
/// - One list of scores replaces the scores of several detectors, so the mixture is one-dimensional.
/// - Scores are divided by their standard deviation. The offset before the logarithm makes the quartiles symmetric (at
///   least the authors' 0.01). Scores that are not skewed to the right are used without a logarithm. So the unit of the
///   scores does not matter, and the lowest scores do not become outliers.
/// - Components start from 20 intervals of equal width instead of random ones. Their weights are those of their scores,
///   without a share for empty components, which at 200 scores would be most of it. The prior of their means weighs a
///   tenth of a score instead of one.
/// - r_k uses the expected mean and variance, so the distribution is a mixture of beta distributions in closed form and
///   nothing is sampled.
///
/// Limits: the method finds groups, not single images. For 200 scores, normal or skewed, with 5 % of them six standard
/// deviations higher, it estimates 5 to 8 %, because it includes a few of the highest normal scores. Some lists without
/// an anomaly get an estimate above 0. With 200 scores, 10 % already exceeds what the default prior permits: raise
/// `high` if so much is expected.
public enum GammaGMM {
    static let neededScores = 20
    private static let truncation = 20
    /// The largest slope that the authors' code permits.
    private static let steepest = 50.0

    /// - Parameter scores: At least 20 scores of images, higher for more anomalous, in any unit and order.
    /// - Returns: An estimate of 0 if no group of high scores is small enough for the prior, as in the authors' code;
    ///   see `ContaminationEstimate.isResolved`.
    public static func estimate(
        _ scores: [Float], prior: ContaminationPrior = ContaminationPrior()
    ) throws(ThresholdsError) -> ContaminationEstimate {
        try prior.validate()
        guard scores.count >= neededScores else { throw .tooFewScores(count: scores.count, needed: neededScores) }
        if let index = scores.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
        // Sorted, so that sums do not depend on the order of the images.
        let sorted = scores.map(Double.init).sorted()
        guard let lowest = sorted.first, let highest = sorted.last, lowest < highest else {
            throw .equalScores(count: scores.count)
        }
        let components = ScoreMixture(standardised(unskewed(sorted)), truncation: truncation).components
            .map { (rank: $0.mean / (1 + $0.variance.squareRoot()), count: $0.count) }
            .sorted { ($0.rank, $0.count) > ($1.rank, $1.count) }
        return posterior(ranks: components.map(\.rank), counts: components.map(\.count), prior: prior)
    }

    /// Ascending scores above their minimum in standard deviations; their logarithm if they are skewed to the right.
    private static func unskewed(_ sorted: [Double]) -> [Double] {
        let standard = standardised(sorted)
        let above = standard.map { $0 - standard[0] }
        func quantile(_ share: Double) -> Double {
            let position = Double(above.count - 1) * share
            let index = Int(position)
            return above[index] + (position - Double(index)) * (above[min(index + 1, above.count - 1)] - above[index])
        }
        let (first, median, third) = (quantile(0.25), quantile(0.5), quantile(0.75))
        let skew = first + third - 2 * median
        guard skew > 0 else { return above }
        let offset = (median * median - first * third) / skew
        // At this distance from 0 the logarithm is almost linear.
        return offset > 100 ? above : above.map { log($0 + max(offset, 0.01)) }
    }

    /// Subtracts the mean and divides by the standard deviation.
    private static func standardised(_ values: [Double]) -> [Double] {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return values.map { ($0 - mean) / variance.squareRoot() }
    }

    private static func posterior(
        ranks: [Double], counts: [Double], prior: ContaminationPrior
    ) -> ContaminationEstimate {
        let total = counts.reduce(0, +)
        var inside = 0.0
        var groups = counts.map { count in
            inside += count
            return ContaminationEstimate.Group(probability: 0, inside: inside, outside: max(0, total - inside))
        }
        // The remainder after the last component is rounding error.
        groups[groups.count - 1].outside = 0
        let aboveHigh = groups.map { 1 - $0.distribution(prior.high) }
        let odds = log(prior.probabilityOfNone / (1 - prior.probabilityOfNone))
        func probabilities(_ steepness: Double) -> [Double] {
            let single = ranks.map { 1 / (1 + exp(odds + steepness * (ranks[0] - $0))) }
            var before = 1.0
            return single.indices.map { index in
                before *= single[index]
                return index + 1 < single.count ? before * (1 - single[index + 1]) : before
            }
        }
        func excess(_ steepness: Double) -> Double {
            zip(probabilities(steepness), aboveHigh).reduce(0) { $0 + $1.0 * $1.1 } - prior.probabilityAboveHigh
        }
        guard excess(steepest) <= 0 else { return ContaminationEstimate(groups: [], topShare: counts[0] / total) }
        let steepness = bisect(0, steepest) { excess($0) > 0 }.high
        for (index, probability) in probabilities(steepness).enumerated() { groups[index].probability = probability }
        return ContaminationEstimate(groups: groups, topShare: counts[0] / total)
    }
}
