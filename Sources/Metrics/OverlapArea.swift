/// The area under a per-region-overlap curve up to several limits of the false-positive rate, by trapezoids, with
/// linear interpolation where a limit falls between two points.
///
/// Where several points have exactly the limit as their false-positive rate, the first of them ends the area: MVTec's
/// evaluation cuts the curve at `x <= limit` and interpolates only where no point lies on it, so that the rise at the limit
/// adds trapezoids without width. Interpolation that takes the last of them, as numpy's does, would let pixels in at a
/// rate above the limit: about 0.001 in sets of a few hundred pixels.
struct OverlapArea {
    private let limits: [Double]
    private var area = 0.0
    private var x = 0.0
    private var y = 0.0
    /// For each limit that the curve has reached: the area divided by the limit.
    private(set) var normalized: [Double: Double] = [:]
    private var reached = 0

    init(limits: [Double]) {
        self.limits = limits.sorted()
    }

    /// Goes on to the next point of the curve; neither coordinate falls.
    mutating func add(x nextX: Double, y nextY: Double) {
        while reached < limits.count, nextX >= limits[reached] {
            let limit = limits[reached]
            let atLimit = nextX > x ? y + (nextY - y) * (limit - x) / (nextX - x) : nextY
            normalized[limit] = min((area + (limit - x) * (y + atLimit) / 2) / limit, 1)
            reached += 1
        }
        area += (nextX - x) * (y + nextY) / 2
        x = nextX
        y = nextY
    }
}
