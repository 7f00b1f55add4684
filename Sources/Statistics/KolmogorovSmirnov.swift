import Glibc

/// The two-sample test of Kolmogorov and Smirnov: whether two samples come from one distribution, whatever it is.
public struct KolmogorovSmirnov: Equatable, Sendable {
    /// The largest distance between the two shares of values at or below a number, 0 to 1.
    public let statistic: Double
    /// That two samples of one continuous distribution lie at least as far apart. With ties it is larger than it had to be.
    public let probability: Double

    /// Beyond as many pairs, the limit for large samples takes the place of counting.
    private static let largestExactPairs = 10_000_000

    /// - Parameters: two samples in any order, none of them empty.
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

    /// One less the share of the lattice paths from (0, 0) to (m, n) that keep `|i n - j m|` below the distance (Hodges, Arkiv
    /// för Matematik 3, 1958). Numbers of paths are kept divided by those of all paths, which would overflow.
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
