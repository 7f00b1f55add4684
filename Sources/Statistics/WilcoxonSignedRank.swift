import Glibc

/// Wilcoxon's signed-rank test of paired samples (Biometrics Bulletin 1, 1945): whether the differences lie around 0, as a
/// two-sided probability. Differences of 0 are left out; equal ones share the mean of their ranks.
///
/// Up to 50 differences, the probability is exact: over all ways to give the ranks at hand their signs, ties included. For
/// more it is that of the normal distribution, its variance less what ties take away, without a correction for continuity.
public struct WilcoxonSignedRank: Equatable, Sendable {
    /// Differences that are not 0.
    public let count: Int
    /// The sum of the ranks of the positive ones.
    public let positiveRankSum: Double
    /// That a sum at least as far from the middle comes about by chance; 1 without any difference.
    public let probability: Double
    public let isExact: Bool

    private static let largestExactCount = 50

    /// - Parameter differences: of pairs, in any order.
    public init(_ differences: [Double]) {
        let sorted = differences.filter { $0 != 0 }.sorted { abs($0) < abs($1) }
        // Doubled, for then the mean of ranks is a whole number.
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

    /// Twice the smaller tail of the distribution of the sum of those ranks whose sign is positive.
    private static func exact(_ sum: Int, _ ranks: [Int]) -> Double {
        // Chances of each sum; each rank is in it with one half.
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
