import Glibc

/// A mixture of Gaussians with a Dirichlet process prior, fitted to numbers by mean-field variational inference on the
/// truncated stick-breaking representation (Blei and Jordan, "Variational inference for Dirichlet process mixtures", 2006),
/// with normal and gamma priors of the components (Bishop, "Pattern Recognition and Machine Learning", section 10.2).
///
/// Nothing in it is random: it starts from intervals of equal width, so that far scores begin in components of their own.
struct ScoreMixture {
    struct Component {
        /// Expected number of scores.
        let count: Double
        let mean: Double
        let variance: Double
    }

    /// Prior of the sticks: small, so that components that are not needed die out.
    private static let concentration = 0.01
    /// Of the prior mean, in scores. At 1, a few scores far out would be drawn so far to the middle that they are lost.
    private static let meanWeight = 0.1
    private static let maximumIterations = 500

    /// Beyond so many, scores are gathered in as many intervals of equal width, each of which counts as that many scores at its
    /// mean: every round of the fit goes through all of them, and there may be hundreds of rounds.
    private static let pointLimit = 4096

    /// Those that at least one score belongs to, by size.
    let components: [Component]

    /// - Parameters:
    ///   - values: of which at least two differ.
    ///   - truncation: components at most.
    init(_ values: [Double], truncation: Int) {
        let count = Double(values.count)
        let priorMean = values.reduce(0, +) / count
        let priorVariance = values.reduce(0) { $0 + ($1 - priorMean) * ($1 - priorMean) } / (count - 1)
        let (values, weights) = Self.points(values)
        var shares = Self.intervals(values, count: min(truncation, values.count))
        var statistics: [Component] = []
        for _ in 0..<Self.maximumIterations {
            let former = statistics
            statistics = Self.statistics(values, weights, shares)
            let change = zip(statistics, former).reduce(0) { $0 + abs($1.0.count - $1.1.count) }
            if !former.isEmpty, change < 1e-6 * count { break }
            shares = Self.shares(values, statistics, priorMean, priorVariance)
        }
        components = statistics.filter { $0.count >= 1 }.map {
            Self.posterior($0, priorMean: priorMean, priorVariance: priorVariance)
        }
    }

    /// Numbers and how many scores each stands for: the scores themselves, or the means of intervals of equal width.
    private static func points(_ values: [Double]) -> (values: [Double], weights: [Double]) {
        guard values.count > pointLimit, let low = values.min(), let high = values.max(), low < high else {
            return (values, [Double](repeating: 1, count: values.count))
        }
        var sums = [Double](repeating: 0, count: pointLimit), counts = sums
        for value in values {
            let interval = min(pointLimit - 1, Int((value - low) / (high - low) * Double(pointLimit)))
            sums[interval] += value
            counts[interval] += 1
        }
        let used = counts.indices.filter { counts[$0] > 0 }
        return (used.map { sums[$0] / counts[$0] }, used.map { counts[$0] })
    }

    /// To which of `count` intervals of equal width each value belongs: for each interval one share per value.
    private static func intervals(_ values: [Double], count: Int) -> [[Double]] {
        let low = values.min() ?? 0, high = values.max() ?? 1
        var shares = [[Double]](repeating: [Double](repeating: 0, count: values.count), count: count)
        for (index, value) in values.enumerated() {
            let interval = min(count - 1, Int((value - low) / (high - low) * Double(count)))
            shares[interval][index] = 1
        }
        return shares
    }

    /// Count, mean and variance of the scores that belong to each component, by falling count, as the sticks expect it.
    private static func statistics(
        _ values: [Double], _ weights: [Double], _ shares: [[Double]]
    ) -> [Component] {
        let found = shares.map { shares in
            let counts = zip(shares, weights).map { $0 * $1 }
            let count = counts.reduce(0, +) + 1e-15
            let mean = zip(counts, values).reduce(0) { $0 + $1.0 * $1.1 } / count
            let squares = zip(counts, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
            return Component(count: count, mean: mean, variance: squares / count + 1e-6)
        }
        return found.enumerated().sorted { ($0.element.count, $1.offset) > ($1.element.count, $0.offset) }
            .map(\.element)
    }

    /// The expected mean and variance; the prior variance weighs as much as one score.
    private static func posterior(_ found: Component, priorMean: Double, priorVariance: Double) -> Component {
        let weight = found.count + meanWeight
        let distance = found.mean - priorMean
        let squares =
            priorVariance + found.count * found.variance + meanWeight * found.count / weight * distance * distance
        return Component(
            count: found.count, mean: (meanWeight * priorMean + found.count * found.mean) / weight,
            variance: squares / (found.count + 1))
    }

    /// The probability with which each value belongs to each component.
    private static func shares(
        _ values: [Double], _ statistics: [Component], _ priorMean: Double, _ priorVariance: Double
    ) -> [[Double]] {
        var rest = statistics.reduce(0) { $0 + $1.count }
        var logSticks = 0.0
        var logs: [[Double]] = []
        for found in statistics {
            rest -= found.count
            let degrees = found.count + 1
            let stick = digamma(degrees), other = digamma(concentration + max(0, rest))
            let both = digamma(degrees + concentration + max(0, rest))
            let component = posterior(found, priorMean: priorMean, priorVariance: priorVariance)
            // The expected logarithm of the density but for what is common to all components.
            let constant =
                stick - both + logSticks - 0.5 * log(component.variance) - 0.5 * log(degrees)
                + 0.5 * (digamma(degrees / 2) - 1 / (found.count + meanWeight))
            logSticks += other - both
            logs.append(
                values.map { constant - 0.5 * ($0 - component.mean) * ($0 - component.mean) / component.variance })
        }
        for index in values.indices {
            let largest = logs.reduce(-Double.infinity) { max($0, $1[index]) }
            var sum = 0.0
            for component in logs.indices {
                logs[component][index] = exp(logs[component][index] - largest)
                sum += logs[component][index]
            }
            for component in logs.indices { logs[component][index] /= sum }
        }
        return logs
    }
}
