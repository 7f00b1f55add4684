/// Counts of pixels in the region of interest at a threshold that was chosen without labels.
///
/// SegF1 is the F1 of all pixels of a test set at such a threshold (Heckler-Kram et al., "The MVTec AD 2 Dataset",
/// 2025).
struct SegmentationCounts {
    private var truePositives = 0, falsePositives = 0, falseNegatives = 0

    mutating func add(_ map: LabelledMap, threshold: Float) {
        let values = map.values.span
        let (mask, region) = (map.mask, map.region)
        for index in values.indices where region?[index] ?? 1 != 0 {
            switch (mask?[index] ?? 0 != 0, values[index] >= threshold) {
            case (true, true): truePositives += 1
            case (true, false): falseNegatives += 1
            case (false, true): falsePositives += 1
            case (false, false): break
            }
        }
    }

    /// Nil without a labelled pixel.
    var f1: Double? {
        guard truePositives + falseNegatives > 0 else { return nil }
        return Double(2 * truePositives) / Double(2 * truePositives + falsePositives + falseNegatives)
    }
}

extension RankMetrics {
    /// Spearman's rank correlation: that of the ranks, where equal values share their mean rank. Nil with fewer than
    /// three pairs, or if all values of a list are equal.
    public static func spearman(_ first: [Double], _ second: [Double]) throws(MetricsError) -> Double? {
        guard first.count == second.count else {
            throw .countMismatch(scores: first.count, labels: second.count)
        }
        guard first.count > 2 else { return nil }
        let (a, b) = (try doubledRanks(first), try doubledRanks(second))
        // Doubled ranks are whole numbers, and their mean is n + 1.
        let mean = first.count + 1
        var (products, squaresA, squaresB) = (0, 0, 0)
        for (x, y) in zip(a, b) {
            products += (x - mean) * (y - mean)
            squaresA += (x - mean) * (x - mean)
            squaresB += (y - mean) * (y - mean)
        }
        guard squaresA > 0, squaresB > 0 else { return nil }
        return Double(products) / (Double(squaresA) * Double(squaresB)).squareRoot()
    }

    private static func doubledRanks(_ values: [Double]) throws(MetricsError) -> [Int] {
        if let index = values.firstIndex(where: \.isNaN) { throw .notANumber(index: index) }
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Int](repeating: 0, count: values.count)
        var first = 0
        while first < order.count {
            var end = first
            while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
            for place in first..<end { ranks[order[place]] = first + 1 + end }
            first = end
        }
        return ranks
    }
}
