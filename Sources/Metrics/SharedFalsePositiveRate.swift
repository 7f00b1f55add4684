/// F(t), the false-positive rate that all images share in AUPIMO: the mean over normal images of the share of their
/// pixels at or above t.
struct SharedFalsePositiveRate {
    struct Point {
        let threshold: Double
        let rate: Double
    }

    private let entries: [UInt64]
    /// What one unlabelled pixel of each image adds to the sum; 0 for anomalous images. Exactly 1 when all normal
    /// images have the same size, so that the sum then is an integer and the rate is correctly rounded.
    private let weights: [Double]
    private let total: Double

    init(_ maps: [LabelledMap], _ pixels: RankedPixels) {
        entries = pixels.entries
        let largest = maps.filter { !$0.isAnomalous }.map(\.values.count).max() ?? 0
        weights = pixels.groups.map { group in
            let map = maps[group.image]
            return map.isAnomalous ? 0 : Double(largest) / Double(map.values.count)
        }
        total = Double(maps.count(where: { !$0.isAnomalous })) * Double(largest)
    }

    /// The rate at the highest score of the normal images.
    var smallest: Double { pointsAtScores(through: 0).last?.rate ?? 0 }

    /// F at each distinct score of the normal images, from the highest down, to the first that reaches `rate`.
    func pointsAtScores(through rate: Double) -> [Point] {
        var points: [Point] = []
        var sum = 0.0
        var next = 0
        while next < entries.count {
            let first = entries[next]
            let before = sum
            while next < entries.count, entries[next] >> 32 == first >> 32 {
                sum += weight(of: entries[next])
                next += 1
            }
            guard sum > before else { continue }
            points.append(Point(threshold: Double(RankedPixels.value(of: first)), rate: sum / total))
            if sum / total >= rate { break }
        }
        return points
    }

    /// F at `count` equally spaced thresholds from the lowest to the highest score of the normal images, from the
    /// highest down: those between the two whose rates come nearest to the bounds, the lower threshold of equally near.
    func pointsAtSteps(_ count: Int, nearest bounds: ClosedRange<Double>) -> [Point] {
        guard let highestEntry = entries.first(where: { weight(of: $0) > 0 }),
            let lowestEntry = entries.last(where: { weight(of: $0) > 0 })
        else { return [] }
        let highest = Double(RankedPixels.value(of: highestEntry)), lowest = Double(RankedPixels.value(of: lowestEntry))
        let step = (highest - lowest) / Double(count - 1)
        var points: [Point] = []
        var first = 0, last = 0
        var sum = 0.0
        var next = 0
        for index in stride(from: count - 1, through: 0, by: -1) {
            let threshold = index == count - 1 ? highest : lowest + Double(index) * step
            while next < entries.count, Double(RankedPixels.value(of: entries[next])) >= threshold {
                sum += weight(of: entries[next])
                next += 1
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

    private func weight(of entry: UInt64) -> Double { weights[Int(entry & 0xFFFF_FFFF)] }
}
