import Glibc

/// Estimates from scores alone which share of them belongs to anomalous images, the contamination.
///
/// Sourced, from Perini, Bürkner and Klami, "Estimating the contamination factor's distribution in unsupervised anomaly
/// detection", ICML 2023, arXiv 2210.10487, and its authors' code: the logarithm of the scores above their minimum is
/// standardised; a Dirichlet process mixture of Gaussians is fitted to it; its components are ordered by mean / (1 +
/// standard deviation), the most anomalous first; that component k is anomalous if those before it are has the
/// probability 1 / (1 + exp(tau + delta r_k)) of its place r_k in that order; tau and delta follow from the probability
/// that nothing is anomalous and from that of a share above `high`; the contamination is the weight of the first k
/// components, with k drawn by these probabilities. Its mean is the estimate.
///
/// Our reading, where one detector and few images ask for it:
/// - one list of scores takes the place of several detectors', so all of it happens on a line;
/// - scores are divided by their standard deviation, and what is added before the logarithm makes the quartiles
///   symmetric (at least the authors' 0.01); scores that are not skewed to the right stay without a logarithm. So the unit
///   of the scores does not matter, and the lowest scores do not become outliers of their own;
/// - components start from 20 intervals of equal width instead of from random ones, and their weights are those of the
///   scores that belong to them, without a share of what the empty components had, which at 200 scores is most of it; the
///   prior of their means weighs a tenth of a score instead of one;
/// - the place r_k is that of the expected mean and variance, so that the distribution is a mixture of beta
///   distributions in closed form and nothing is drawn at random.
///
/// It finds groups, not single images. Of 200 scores, normal or skewed, with 5 % six standard deviations up, it says 5 to
/// 8 %, as a few of the highest normal scores are counted with them; some lists without any anomaly get an estimate above 0,
/// and with 200 scores 10 % is already more than the default prior believes: raise `high` where so much is to be expected.
public enum GammaGMM {
    static let neededScores = 20
    private static let truncation = 20
    /// The steepest that the authors' code allows.
    private static let steepest = 50.0

    /// - Parameter scores: of images, higher for more anomalous, in any unit and order; at least 20.
    /// - Returns: an estimate of 0 where no group of high scores is small enough for the prior, as the authors' code does;
    ///   see `ContaminationEstimate.isResolved`.
    public static func estimate(
        _ scores: [Float], prior: ContaminationPrior = ContaminationPrior()
    ) throws(ThresholdsError) -> ContaminationEstimate {
        try prior.validate()
        guard scores.count >= neededScores else { throw .tooFewScores(count: scores.count, needed: neededScores) }
        if let index = scores.firstIndex(where: { !$0.isFinite }) { throw .notFinite(index: index) }
        // Sorted, so that the sums do not depend on the order of the images.
        let sorted = scores.map(Double.init).sorted()
        guard let lowest = sorted.first, let highest = sorted.last, lowest < highest else {
            throw .equalScores(count: scores.count)
        }
        let components = ScoreMixture(standardised(unskewed(sorted)), truncation: truncation).components
            .map { (rank: $0.mean / (1 + $0.variance.squareRoot()), count: $0.count) }
            .sorted { ($0.rank, $0.count) > ($1.rank, $1.count) }
        return posterior(ranks: components.map(\.rank), counts: components.map(\.count), prior: prior)
    }

    /// Ascending scores above their minimum in standard deviations, or the logarithm of that if they are skewed to the right.
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
        // So far from 0 the logarithm is a straight line.
        return offset > 100 ? above : above.map { log($0 + max(offset, 0.01)) }
    }

    /// Less their mean, divided by their standard deviation.
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
        // Nothing is beside the last component but rounding.
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
        var low = 0.0, high = steepest
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { break }
            if excess(middle) > 0 { low = middle } else { high = middle }
        }
        for (index, probability) in probabilities(high).enumerated() { groups[index].probability = probability }
        return ContaminationEstimate(groups: groups, topShare: counts[0] / total)
    }
}
