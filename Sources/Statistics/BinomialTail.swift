import Glibc

/// The upper tail of the binomial distribution.
public enum BinomialTail {
    /// The chance of at least `count` successes in `trials` that succeed with a probability each.
    public static func chance(of count: Int, of trials: Int, _ probability: Double) -> Double {
        guard count > 0 else { return 1 }
        guard probability > 0, count <= trials else { return 0 }
        guard probability < 1 else { return 1 }
        var sum = 0.0
        for successes in count...trials {
            let (n, k) = (Double(trials), Double(successes))
            let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
            sum += exp(ways + k * log(probability) + (n - k) * log1p(-probability))
        }
        return min(sum, 1)
    }
}
