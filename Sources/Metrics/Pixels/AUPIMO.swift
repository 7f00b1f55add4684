import Glibc

/// Area under the per-image overlap curve (Bertoldo, Ameln, Vaidya and Akcay, "AUPIMO: Redefining Visual Anomaly
/// Detection Benchmarks with High Speed and Low Tolerance", arXiv 2401.01984).
///
/// The thresholds t come from the normal images only. F(t) is the mean over normal images of the share of their pixels
/// at or above t. The recall of an anomalous image is the share of its labelled pixels at or above t. The score is the
/// area under the recall over ln F between two bounds, divided by the length of that interval.
///
/// Recall is a sum of steps, one per labelled pixel, so the area is a sum of contributions of single pixels. The
/// contribution of a pixel depends only on the first threshold that it reaches; `credits` stores it for each threshold.
struct AUPIMO {
    /// Descending.
    let thresholds: [Double]
    /// The contribution of a pixel that first reaches the threshold, in [0, 1]: the share of the interval that its
    /// recall covers.
    let credits: [Double]
    let labelledPixels: [Int]
    /// F at each threshold.
    let rates: [Double]
    /// Indices of the thresholds at which the curve is drawn, ascending: about 50 at equal steps of ln F.
    private let drawn: [Int]

    private static let curvePoints = 50

    /// - Returns: A failure if AUPIMO is undefined for the test set.
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

    /// The score of each image in [0, 1], nil for images without labelled pixels, and the curve over the images with a
    /// score.
    func scores(_ pixels: RankedPixels) throws(MetricsError) -> (scores: [Double?], curve: [PIMOPoint]) {
        var sums = labelledPixels.map { _ in 0.0 }
        var reached = labelledPixels.map { _ in 0 }
        var curve: [PIMOPoint] = []
        var point = 0
        /// Appends the curve points of all thresholds before `next`, which no further pixel reaches.
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

    /// Chooses the last threshold at or below the lower bound, the first at or above the upper bound, and some in
    /// between.
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

    /// The integral over the window of the recall of one pixel, for each position at which it may first be counted.
    /// That recall is 0 up to the preceding position, rises linearly to 1 at this position, and stays 1 beyond it.
    /// Positions are ascending.
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

/// The reason why AUPIMO is undefined for a test set.
public enum AUPIMOUnavailable: Error, Equatable, Sendable {
    /// There is no normal image to take thresholds from.
    case noNormalImage
    /// No image has labelled pixels.
    case noLabelledPixel
    /// The false-positive rate at the highest normal score exceeds the lower bound.
    case boundNotReached(lowerBound: Double, smallestRate: Double, normalImages: Int, normalPixels: Int)
    /// The linear thresholds are too coarse to separate the bounds.
    case thresholdsTooCoarse(count: Int)
}

extension AUPIMOUnavailable: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noNormalImage:
            "AUPIMO takes its thresholds from normal test images, and there are none; add normal images to the test set."
        case .noLabelledPixel:
            "AUPIMO needs labelled pixels, and no mask has any; add ground-truth masks."
        case .boundNotReached(let lowerBound, let smallestRate, let normalImages, let normalPixels):
            "The smallest false-positive rate that the \(normalPixels) pixels of \(normalImages) normal images give "
                + "is \(smallestRate), expected at most the lower bound \(lowerBound) of AUPIMO; "
                + "add normal test images or raise the bound."
        case .thresholdsTooCoarse(let count):
            "The \(count) linear thresholds of AUPIMO give both bounds the same threshold, expected two; "
                + "use more thresholds or the exact ones."
        }
    }
}
