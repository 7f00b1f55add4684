/// The shared bins of several sets of scores.
public struct HistogramBins: Sendable, Equatable {
    /// The bounds between bins, ascending; one more than there are bins.
    public let edges: [Double]
    /// For each set, in the given order, the number of its values in each bin. A bin holds its lower edge and not
    /// its upper one, except the last, which holds both.
    public let counts: [[Int]]

    /// Bins of equal width along `axis`, which must cover the values; values that are not finite are not counted.
    ///
    /// The number of bins is twice Rice's rule, 4 n^(1/3), but at least 12 and at most 40. On a linear axis it is
    /// raised to the next number whose bins fit between the ticks.
    public init(of sets: [[Float]], along axis: ChartAxis) {
        let total = sets.reduce(0) { $0 + $1.count }
        let wanted = (12...40).first { $0 * $0 * $0 >= 64 * total } ?? 40
        let intervals = axis.ticks.count - 1
        let perInterval = [1, 2, 4, 5, 10].first { $0 * intervals >= wanted } ?? 10
        let binCount = axis.scale == .linear ? perInterval * intervals : wanted
        edges = (0...binCount).map { axis.value(at: Double($0) / Double(binCount)) }
        counts = sets.map { values in
            var counts = [Int](repeating: 0, count: binCount)
            for value in values where value.isFinite {
                counts[min(binCount - 1, Int(axis.position(of: Double(value)) * Double(binCount)))] += 1
            }
            return counts
        }
    }
}
