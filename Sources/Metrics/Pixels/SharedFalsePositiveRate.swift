/// F(t), the false-positive rate that AUPIMO shares between all images: the mean over normal images of the share of
/// their pixels at or above t.
struct SharedFalsePositiveRate {
    struct Point {
        let threshold: Double
        let rate: Double
    }

    private let entries: SortedEntries
    /// The contribution of one unlabelled pixel of each group to the sum; 0 for anomalous images. Exactly 1 if all
    /// normal images have the same size: then the sum is an integer and the rate is correctly rounded.
    private let weights: [Double]
    private let total: Double

    init(_ pixels: RankedPixels) {
        entries = pixels.entries
        let normal = pixels.images.filter { !$0.isAnomalous }
        let largest = normal.map(\.pixelCount).max() ?? 0
        weights = pixels.groups.map { group in
            let image = pixels.images[group.image]
            return image.isAnomalous ? 0 : Double(largest) / Double(image.pixelCount)
        }
        total = Double(normal.count) * Double(largest)
    }

    /// The rate at the highest score of the normal images.
    func smallest() throws(MetricsError) -> Double { try pointsAtScores(through: 0).last?.rate ?? 0 }

    /// F at each distinct score of the normal images in descending order, up to the first rate that reaches `rate`.
    func pointsAtScores(through rate: Double) throws(MetricsError) -> [Point] {
        var points: [Point] = []
        var walk = entries.walk()
        var block: [UInt64] = []
        var sum = 0.0
        var tie: UInt64?
        while try walk.next(&block) {
            for entry in block {
                let weight = weight(of: entry)
                guard weight > 0 else { continue }
                if let last = tie, last >> 32 != entry >> 32 {
                    points.append(point(last, sum))
                    if sum / total >= rate { return points }
                }
                tie = entry
                sum += weight
            }
        }
        if let tie { points.append(point(tie, sum)) }
        return points
    }

    /// F at `count` equally spaced thresholds between the highest and the lowest score of the normal images, in
    /// descending order, restricted to the range between the two thresholds whose rates come nearest to the bounds. Of
    /// equally near thresholds the lower one is used.
    func pointsAtSteps(_ count: Int, nearest bounds: ClosedRange<Double>) throws(MetricsError) -> [Point] {
        guard let range = try normalRange() else { return [] }
        let step = (range.upperBound - range.lowerBound) / Double(count - 1)
        var points: [Point] = []
        var first = 0, last = 0
        var sum = 0.0
        var next = 0
        var walk = entries.walk()
        var block: [UInt64] = []
        var hasMore = try walk.next(&block)
        for index in stride(from: count - 1, through: 0, by: -1) {
            let threshold = index == count - 1 ? range.upperBound : range.lowerBound + Double(index) * step
            while hasMore, Double(RankedPixels.value(of: block[next])) >= threshold {
                sum += weight(of: block[next])
                next += 1
                if next == block.count {
                    hasMore = try walk.next(&block)
                    next = 0
                }
            }
            let rate = sum / total
            points.append(Point(threshold: threshold, rate: rate))
            let newest = points.count - 1
            if abs(rate - bounds.lowerBound) <= abs(points[first].rate - bounds.lowerBound) { first = newest }
            if abs(rate - bounds.upperBound) <= abs(points[last].rate - bounds.upperBound) {
                last = newest
            } else if rate > bounds.upperBound {
                break
            }
        }
        return Array(points[first...last])
    }

    /// The lowest and highest score of the normal images.
    private func normalRange() throws(MetricsError) -> ClosedRange<Double>? {
        var highest: UInt64?, lowest: UInt64?
        var walk = entries.walk()
        var block: [UInt64] = []
        while try walk.next(&block) {
            highest = highest ?? block.first { weight(of: $0) > 0 }
            lowest = block.last { weight(of: $0) > 0 } ?? lowest
        }
        guard let highest, let lowest else { return nil }
        return Double(RankedPixels.value(of: lowest))...Double(RankedPixels.value(of: highest))
    }

    private func point(_ entry: UInt64, _ sum: Double) -> Point {
        Point(threshold: Double(RankedPixels.value(of: entry)), rate: sum / total)
    }

    private func weight(of entry: UInt64) -> Double { weights[Int(entry & 0xFFFF_FFFF)] }
}
