import Glibc

/// The two-sample Kolmogorov-Smirnov test: whether two samples come from the same distribution.
public struct KolmogorovSmirnov: Equatable, Sendable {
    /// The largest distance between the two empirical distribution functions, 0 to 1.
    public let statistic: Double
    /// The p-value: the probability that two samples of one continuous distribution are at least as far apart.
    /// Conservative in the presence of ties.
    public let probability: Double

    /// With more pairs, the limiting distribution is used instead of exact counting.
    private static let largestExactPairs = 10_000_000

    /// - Parameters: Two non-empty samples in any order.
    public init(_ first: [Double], _ second: [Double]) {
        guard !first.isEmpty, !second.isEmpty else { fatalError("a sample without values has no distribution") }
        let (m, n) = (first.count, second.count)
        let a = first.sorted(), b = second.sorted()
        var (i, j, largest) = (0, 0, 0)
        while i < m, j < n {
            let value = min(a[i], b[j])
            while i < m, a[i] == value { i += 1 }
            while j < n, b[j] == value { j += 1 }
            largest = max(largest, abs(i * n - j * m))
        }
        statistic = Double(largest) / Double(m * n)
        probability =
            m * n <= Self.largestExactPairs
            ? Self.exact(m, n, distance: largest) : Self.limit(statistic * (Double(m * n) / Double(m + n)).squareRoot())
    }

    /// One minus the share of lattice paths from (0, 0) to (m, n) that keep `|i n - j m|` below the distance (Hodges,
    /// Arkiv för Matematik 3, 1958). Path counts are divided by the number of all paths to avoid overflow.
    private static func exact(_ m: Int, _ n: Int, distance: Int) -> Double {
        guard distance > 0 else { return 1 }
        var inside = (0...n).map { $0 * m < distance ? 1.0 : 0 }
        for i in 1...m {
            let weight = Double(i) / Double(i + n)
            inside[0] = i * n < distance ? weight * inside[0] : 0
            for j in 1...n {
                inside[j] = abs(i * n - j * m) < distance ? weight * inside[j] + inside[j - 1] : 0
            }
        }
        return min(1, max(0, 1 - inside[n]))
    }

    /// Kolmogorov's distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2).
    private static func limit(_ x: Double) -> Double {
        guard x > 0.2 else { return 1 }
        var sum = 0.0
        for k in 1...100 {
            let term = exp(-2 * Double(k * k) * x * x)
            sum += k.isMultiple(of: 2) ? -term : term
            if term < 1e-17 { break }
        }
        return min(1, max(0, 2 * sum))
    }
}

/// Wilcoxon's signed-rank test of paired samples (Biometrics Bulletin 1, 1945): whether the differences are centred on
/// 0, two-sided. Differences of 0 are dropped; equal differences share their mean rank.
///
/// Up to 50 differences the p-value is exact, from the distribution over all signs of the given ranks including ties.
/// For more it is that of the normal approximation with tie-corrected variance, without continuity correction.
public struct WilcoxonSignedRank: Equatable, Sendable {
    /// The number of nonzero differences.
    public let count: Int
    /// The sum of the ranks of positive differences.
    public let positiveRankSum: Double
    /// The p-value: the probability of a rank sum at least as far from the middle. 1 without any difference.
    public let probability: Double
    public let isExact: Bool

    private static let largestExactCount = 50

    /// - Parameter differences: One per pair, in any order.
    public init(_ differences: [Double]) {
        let sorted = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
        // Doubled ranks, because the doubled mean of ranks is an integer.
        var ranks = [Int](repeating: 0, count: sorted.count)
        var tieCorrection = 0.0
        var first = 0
        while first < sorted.count {
            var end = first
            while end < sorted.count, abs(sorted[end]) == abs(sorted[first]) { end += 1 }
            for index in first..<end { ranks[index] = first + 1 + end }
            let size = Double(end - first)
            tieCorrection += size * (size * size - 1)
            first = end
        }
        let positive = zip(sorted, ranks).reduce(0) { $0 + ($1.0 > 0 ? $1.1 : 0) }
        count = sorted.count
        positiveRankSum = Double(positive) / 2
        isExact = sorted.count <= Self.largestExactCount
        if sorted.isEmpty {
            probability = 1
        } else if isExact {
            probability = Self.exact(positive, ranks)
        } else {
            let n = Double(sorted.count)
            let variance = n * (n + 1) * (2 * n + 1) / 24 - tieCorrection / 48
            let z = (Double(positive) / 2 - n * (n + 1) / 4) / variance.squareRoot()
            probability = erfc(abs(z) / 2.0.squareRoot())
        }
    }

    /// Twice the smaller tail of the distribution of the sum of ranks with positive sign.
    private static func exact(_ sum: Int, _ ranks: [Int]) -> Double {
        // The probability of each sum; each rank is included with probability 1/2.
        var chances = [Double](repeating: 0, count: ranks.reduce(0, +) + 1)
        chances[0] = 1
        var reach = 0
        for rank in ranks {
            reach += rank
            for total in stride(from: reach, through: 0, by: -1) {
                chances[total] = (chances[total] + (total >= rank ? chances[total - rank] : 0)) / 2
            }
        }
        let lower = chances[...sum].reduce(0, +), upper = chances[sum...].reduce(0, +)
        return min(1, 2 * min(lower, upper))
    }
}

/// The upper tail of the binomial distribution.
public enum BinomialTail {
    /// The probability of at least `count` successes in `trials` independent trials.
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

/// Holm's correction for multiple tests (Scandinavian Journal of Statistics 6, 1979).
public enum HolmCorrection {
    /// Returns the adjusted p-values in the given order, at most 1. A test whose adjusted p-value is below a level is
    /// rejected with a family-wise error rate below that level.
    public static func adjusted(_ probabilities: [Double]) -> [Double] {
        let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
        var adjusted = probabilities
        var least = 0.0
        for (place, index) in order.enumerated() {
            least = max(least, min(1, probabilities[index] * Double(probabilities.count - place)))
            adjusted[index] = least
        }
        return adjusted
    }
}
