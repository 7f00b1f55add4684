/// For each pixel of a new axis, the pixels of the old axis it is made of, and their weights, which sum to 1.
///
/// All positions are computed in integers, so that no rounding moves a pixel's borders.
struct ResamplingTaps {
    /// The first old pixel of each new pixel.
    private(set) var starts: [Int] = []
    /// Where the weights of new pixel i begin; one more entry than there are new pixels.
    private(set) var offsets: [Int] = [0]
    private(set) var weights: [Double] = []

    init(from oldCount: Int, to newCount: Int) {
        for index in 0..<newCount {
            if newCount < oldCount {
                appendArea(index, oldCount, newCount)
            } else {
                appendLinear(index, oldCount, newCount)
            }
            offsets.append(weights.count)
        }
    }

    /// In units of 1 / newCount old pixels, old pixel i covers [i * newCount, (i + 1) * newCount) and new pixel o covers
    /// [o * oldCount, (o + 1) * oldCount).
    private mutating func appendArea(_ index: Int, _ oldCount: Int, _ newCount: Int) {
        let begin = index * oldCount
        let end = begin + oldCount
        var pixel = begin / newCount
        starts.append(pixel)
        while pixel * newCount < end {
            let overlap = min(end, (pixel + 1) * newCount) - max(begin, pixel * newCount)
            weights.append(Double(overlap) / Double(oldCount))
            pixel += 1
        }
    }

    /// The centre of new pixel o lies at (o + 1/2) * oldCount / newCount - 1/2 old pixels: a fraction of 2 * newCount.
    private mutating func appendLinear(_ index: Int, _ oldCount: Int, _ newCount: Int) {
        let divisor = 2 * newCount
        let position = min(max((2 * index + 1) * oldCount - newCount, 0), (oldCount - 1) * divisor)
        let fraction = Double(position % divisor) / Double(divisor)
        starts.append(position / divisor)
        // A weight of zero is left out: the pixel may be infinite or NaN.
        weights.append(1 - fraction)
        if fraction > 0 { weights.append(fraction) }
    }
}
