/// One point of a receiver operating characteristic curve.
public struct ROCPoint: Equatable, Sendable {
    /// The share of normal samples (or pixels) at or above the threshold.
    public let fpr: Double
    /// The share of anomalous samples (or pixels) at or above the threshold.
    public let tpr: Double
    /// The threshold in units of the score. At (0, 0) it is the smallest number above the highest score.
    public let threshold: Double
}

/// One point of a precision-recall curve.
public struct PrecisionRecallPoint: Equatable, Sendable {
    /// The share of anomalous samples (or pixels) at or above the threshold.
    public let recall: Double
    /// The share of anomalous samples (or pixels) among those at or above the threshold.
    public let precision: Double
    /// The threshold in units of the score.
    public let threshold: Double
}

/// One point of a per-region overlap (PRO) curve.
public struct PROPoint: Equatable, Sendable {
    /// The share of unlabelled pixels of all images at or above the threshold.
    public let fpr: Double
    /// The mean over ground-truth regions of the share of a region's pixels at or above the threshold.
    public let overlap: Double
    /// The threshold in units of the anomaly map. At (0, 0) it is the smallest number above the highest value.
    public let threshold: Double
}

/// One point of the per-image overlap (PIMO) curve: the distribution of recall over anomalous images at one shared
/// false-positive rate.
public struct PIMOPoint: Equatable, Sendable {
    /// The mean over normal images of the share of their pixels at or above the threshold.
    public let fpr: Double
    /// The threshold in units of the anomaly map.
    public let threshold: Double
    /// Mean and quartiles over anomalous images of the share of their labelled pixels at or above the threshold.
    public let mean, lowerQuartile, upperQuartile: Double

    /// - Parameter recalls: One recall per anomalous image; at least one.
    init(fpr: Double, threshold: Double, recalls: [Double]) {
        (self.fpr, self.threshold) = (fpr, threshold)
        let sorted = recalls.sorted()
        mean = sorted.reduce(0, +) / Double(sorted.count)
        // Linear interpolation between neighbouring order statistics.
        func quantile(_ share: Double) -> Double {
            let position = share * Double(sorted.count - 1)
            let below = Int(position)
            return sorted[below]
                + (position - Double(below)) * (sorted[min(below + 1, sorted.count - 1)] - sorted[below])
        }
        (lowerQuartile, upperQuartile) = (quantile(0.25), quantile(0.75))
    }
}

/// Samples at most `limit` points of a curve while the curve is computed: a point is kept when x or y has moved by a
/// fixed step since the last kept point. For a curve in the unit square that rises in both coordinates, linear
/// interpolation between the kept points is off by less than one step.
struct CurveSampler<Point: Equatable> {
    private let step: Double
    private var lastX = -Double.infinity
    private var lastY = -Double.infinity
    private var points: [Point] = []

    /// - Parameter risingCoordinates: 2 if x and y both rise; 1 if only x rises and y is ignored.
    init(limit: Int, risingCoordinates: Int) {
        step = Double(risingCoordinates) / Double(limit - 2)
    }

    mutating func visit(x: Double, y: Double = 0, _ point: @autoclosure () -> Point) {
        guard x - lastX >= step || y - lastY >= step else { return }
        points.append(point())
        lastX = x
        lastY = y
    }

    /// The kept points and the curve's last point.
    func points(endingWith last: Point) -> [Point] {
        points.last == last ? points : points + [last]
    }
}
