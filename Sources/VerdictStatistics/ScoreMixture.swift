import Glibc

/// A Dirichlet process mixture of Gaussians, fitted by mean-field variational inference on the truncated stick-breaking
/// representation (Blei and Jordan, "Variational inference for Dirichlet process mixtures", 2006), with normal-gamma
/// priors of the components (Bishop, "Pattern Recognition and Machine Learning", section 10.2).
///
/// The fit is deterministic: it starts from intervals of equal width, so that distant scores begin in their own
/// components.
struct ScoreMixture {
    struct Component {
        /// The expected number of scores.
        let count: Double
        let mean: Double
        let variance: Double
    }

    /// The concentration parameter: small, so that components that are not needed vanish.
    private static let concentration = 0.01
    /// The weight of the prior mean, in scores. At 1, a few distant scores would be pulled to the middle and lost.
    private static let meanWeight = 0.1
    private static let maximumIterations = 500

    /// With more values, scores are binned into this many intervals of equal width, each represented by the mean of its
    /// scores. Every iteration visits all values, and there may be hundreds of iterations.
    private static let pointLimit = 4096

    /// The components with at least one score, by descending size.
    let components: [Component]

    /// - Parameters:
    ///   - values: At least two different values.
    ///   - truncation: The maximum number of components.
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

    /// Returns values and their multiplicities: the scores themselves, or the means of intervals of equal width.
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

    /// Returns for each of `count` intervals of equal width the share of each value in it (0 or 1).
    private static func intervals(_ values: [Double], count: Int) -> [[Double]] {
        let low = values.min() ?? 0, high = values.max() ?? 1
        var shares = [[Double]](repeating: [Double](repeating: 0, count: values.count), count: count)
        for (index, value) in values.enumerated() {
            let interval = min(count - 1, Int((value - low) / (high - low) * Double(count)))
            shares[interval][index] = 1
        }
        return shares
    }

    /// Returns count, mean and variance of each component's scores, by descending count, as stick-breaking expects.
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

    /// The expected mean and variance. The prior variance weighs as much as one score.
    private static func posterior(_ found: Component, priorMean: Double, priorVariance: Double) -> Component {
        let weight = found.count + meanWeight
        let distance = found.mean - priorMean
        let squares =
            priorVariance + found.count * found.variance + meanWeight * found.count / weight * distance * distance
        return Component(
            count: found.count, mean: (meanWeight * priorMean + found.count * found.mean) / weight,
            variance: squares / (found.count + 1))
    }

    /// The probability of each component for each value.
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
            // The expected log density, without terms that are equal for all components.
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
