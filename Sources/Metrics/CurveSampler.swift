/// Chooses at most `limit` points of a curve while it is being walked: one whenever x or y has moved by a fixed step
/// since the last one chosen. For a curve in the unit square that rises in both coordinates, straight lines between
/// the chosen points miss it by less than a step.
struct CurveSampler<Point: Equatable> {
    private let step: Double
    private var lastX = -Double.infinity
    private var lastY = -Double.infinity
    private var points: [Point] = []

    /// - Parameter risingCoordinates: 2 when x and y both rise; 1 when only x does and y is left out.
    init(limit: Int, risingCoordinates: Int) {
        step = Double(risingCoordinates) / Double(limit - 2)
    }

    mutating func visit(x: Double, y: Double = 0, _ point: @autoclosure () -> Point) {
        guard x - lastX >= step || y - lastY >= step else { return }
        points.append(point())
        lastX = x
        lastY = y
    }

    /// The chosen points, and the curve's last one.
    func points(endingWith last: Point) -> [Point] {
        points.last == last ? points : points + [last]
    }
}
