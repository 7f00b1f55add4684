import Glibc

/// Area under the per-image overlap curve (Bertoldo, Ameln, Vaidya and Akcay, "AUPIMO: Redefining Visual Anomaly
/// Detection Benchmarks with High Speed and Low Tolerance", arXiv 2401.01984).
///
/// The thresholds t come from the normal images only. F(t) is the mean over normal images of the share of their pixels
/// at or above t; the recall of an anomalous image is the share of its labelled pixels at or above t. The score is the
/// area under the recall over ln F between two bounds, divided by the length of that interval.
///
/// The recall is a sum of steps, one for each labelled pixel, so the area is the sum of what each pixel earns alone.
/// What it earns depends only on the first threshold that it reaches: `credits` holds that for each threshold.
struct AUPIMO {
    /// Falling.
    let thresholds: [Double]
    /// In [0, 1]: the share of the interval that is covered by the recall of a pixel that first reaches the threshold.
    let credits: [Double]
    let labelledPixels: [Int]

    /// - Returns: a failure where the test set does not define AUPIMO.
    static func evaluate(
        _ pixels: RankedPixels, options: PixelMetricsOptions
    ) throws(MetricsError) -> Result<AUPIMO, AUPIMOUnavailable> {
        let normal = pixels.images.filter { !$0.isAnomalous }
        guard !normal.isEmpty else { return .failure(.noNormalImage) }
        guard pixels.labelledCount > 0 else { return .failure(.noLabelledPixel) }
        let rates = SharedFalsePositiveRate(pixels)
        let bounds = options.aupimoBounds
        let smallestRate = try rates.smallest()
        guard smallestRate <= bounds.lowerBound else {
            return .failure(
                .boundNotReached(
                    lowerBound: bounds.lowerBound, smallestRate: smallestRate, normalImages: normal.count,
                    normalPixels: normal.reduce(0) { $0 + $1.pixelCount }))
        }
        let points: [SharedFalsePositiveRate.Point]
        let window: ClosedRange<Double>
        switch options.aupimoThresholds {
        case .exact:
            points = try rates.pointsAtScores(through: bounds.upperBound)
            window = log(bounds.lowerBound)...log(bounds.upperBound)
        case .linear(let count):
            points = try rates.pointsAtSteps(count, nearest: bounds)
            guard points.count > 1 else { return .failure(.thresholdsTooCoarse(count: count)) }
            window = log(points[0].rate)...log(points[points.count - 1].rate)
        }
        let credits = credits(points.map { log($0.rate) }, window: window)
            .map { $0 / log(bounds.upperBound / bounds.lowerBound) }
        return .success(
            AUPIMO(
                thresholds: points.map(\.threshold), credits: credits,
                labelledPixels: pixels.images.map(\.labelledCount)))
    }

    /// One score in [0, 1] for each image; nil for those without labelled pixels.
    func scores(_ pixels: RankedPixels) throws(MetricsError) -> [Double?] {
        var sums = labelledPixels.map { _ in 0.0 }
        var point = 0
        var walk = pixels.entries.walk()
        var block: [UInt64] = []
        walking: while try walk.next(&block) {
            for entry in block {
                let value = Double(RankedPixels.value(of: entry))
                while point < thresholds.count, thresholds[point] > value { point += 1 }
                if point == thresholds.count { break walking }
                let group = pixels.group(of: entry)
                if group.isLabelled { sums[group.image] += credits[point] }
            }
        }
        return zip(sums, labelledPixels).map { sum, count in
            count == 0 ? nil : min(max(sum / Double(count), 0), 1)
        }
    }

    /// The integral over the window of the recall of one pixel, for each point at which it may first be counted: 0 up
    /// to the point before, rising in a straight line to 1 at the point, 1 from there on. The positions do not fall.
    private static func credits(_ positions: [Double], window: ClosedRange<Double>) -> [Double] {
        positions.indices.map { index in
            let end = positions[index]
            let plateau = max(0, window.upperBound - max(end, window.lowerBound))
            guard index > 0, end > positions[index - 1] else { return plateau }
            let start = positions[index - 1]
            let from = max(start, window.lowerBound), to = min(end, window.upperBound)
            guard from < to else { return plateau }
            return plateau + (to - from) * ((from - start) + (to - start)) / (2 * (end - start))
        }
    }
}
