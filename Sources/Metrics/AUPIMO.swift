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
    /// F at each threshold.
    let rates: [Double]
    /// Of the thresholds, those at which a curve is drawn: ascending, about 50 at equal steps of ln F.
    private let drawn: [Int]

    private static let curvePoints = 50

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
                labelledPixels: pixels.images.map(\.labelledCount), rates: points.map(\.rate),
                drawn: drawn(points, bounds)))
    }

    /// One score in [0, 1] for each image, nil for those without labelled pixels; and the curve over all of these images.
    func scores(_ pixels: RankedPixels) throws(MetricsError) -> (scores: [Double?], curve: [PIMOPoint]) {
        var sums = labelledPixels.map { _ in 0.0 }
        var reached = labelledPixels.map { _ in 0 }
        var curve: [PIMOPoint] = []
        var point = 0
        /// Closes all thresholds before `next`: no further pixel reaches them.
        func draw(before next: Int) {
            while curve.count < drawn.count, drawn[curve.count] < next {
                let index = drawn[curve.count]
                let recalls = zip(reached, labelledPixels).filter { $1 > 0 }.map { Double($0) / Double($1) }
                curve.append(PIMOPoint(fpr: rates[index], threshold: thresholds[index], recalls: recalls))
            }
        }
        var walk = pixels.entries.walk()
        var block: [UInt64] = []
        walking: while try walk.next(&block) {
            for entry in block {
                let value = Double(RankedPixels.value(of: entry))
                while point < thresholds.count, thresholds[point] > value { point += 1 }
                draw(before: point)
                if point == thresholds.count { break walking }
                let group = pixels.group(of: entry)
                if group.isLabelled {
                    sums[group.image] += credits[point]
                    reached[group.image] += 1
                }
            }
        }
        draw(before: thresholds.count)
        let scores = zip(sums, labelledPixels).map { sum, count in
            count == 0 ? nil : min(max(sum / Double(count), 0), 1)
        }
        return (scores, curve)
    }

    /// The last threshold at or below the lower bound, the first at or above the upper one, and some between them.
    private static func drawn(
        _ points: [SharedFalsePositiveRate.Point], _ bounds: ClosedRange<Double>
    ) -> [Int] {
        let first = max(0, points.count { $0.rate <= bounds.lowerBound } - 1)
        let step = log(bounds.upperBound / bounds.lowerBound) / Double(curvePoints - 1)
        var chosen: [Int] = []
        for index in first..<points.count {
            let last = chosen.last.map { log(points[$0].rate) } ?? -.infinity
            if log(points[index].rate) >= last + step || index == points.count - 1 { chosen.append(index) }
        }
        return chosen
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
