/// Ellipses as Pillow fills them, by a walk along a quarter of the boundary in steps of half pixels.
enum PillowEllipse {
    /// The largest side; products of four sides must fit 64 bits.
    static let largestSide = 40_000

    /// The rows of pixels of the ellipse in a box, whose sides belong to it. A box of one pixel holds none.
    static func lines(left: Int, top: Int, right: Int, bottom: Int) -> [(row: Int, left: Int, right: Int)] {
        let (a, b) = (right - left, bottom - top)
        guard a >= 0, b >= 0, a + b > 0, max(a, b) <= largestSide else { return [] }
        let (a2, b2) = (a * a, b * b)
        func deviation(_ x: Int, _ y: Int) -> Int { abs(a2 * y * y + b2 * x * x - a2 * b2) }
        var lines: [(row: Int, left: Int, right: Int)] = []
        // x and y are twice the distances from the middle.
        var (x, y) = (a, b % 2)
        var widest = -1
        while true {
            if y > widest {
                // The first point of a row is the outermost one.
                for side in y == 0 ? [0] : [-y, y] {
                    lines.append((top + (side + b) / 2, left + (a - x) / 2, left + (a + x) / 2))
                }
                widest = y
            }
            if x == a % 2, y == b { return lines }
            var next = (x: x, y: y + 2)
            var least = deviation(next.x, next.y)
            if next.x > 1 {
                let diagonal = deviation(x - 2, y + 2)
                if least > diagonal { (next, least) = ((x - 2, y + 2), diagonal) }
                if least > deviation(x - 2, y) { next = (x - 2, y) }
            }
            (x, y) = next
        }
    }
}

extension ImageRegions {
    /// The largest side of an ellipse that is filled, in pixels.
    public static let largestEllipse = PillowEllipse.largestSide

    /// The shapes of a line of segments as Pillow draws it with a width of at least 2 pixels: a rectangle for each
    /// segment.
    ///
    /// - Parameter points: x and y of each point in turn, whose fractions are cut off.
    public static func line(_ points: [Double], width: Int) -> [Shape] {
        let whole = points.map { Int($0) }
        return stride(from: 2, to: whole.count - 1, by: 2).map { place in
            let (x0, y0, x1, y1) = (whole[place - 2], whole[place - 1], whole[place], whole[place + 1])
            guard (x0, y0) != (x1, y1) else { return .rectangle(left: x0, top: y0, right: x0, bottom: y0) }
            let (across, down) = (Double(x1 - x0), Double(y1 - y0))
            let length = (across * across + down * down).squareRoot()
            let half = Double(width - 1) / 2
            let (less, more) = (halfDown(half) / length, halfUp(half) / length)
            let (xMinus, xPlus) = (halfDown(less * down), halfDown(more * down))
            let (yMinus, yPlus) = (halfUp(less * across), halfUp(more * across))
            let (x, y, xEnd, yEnd) = (Double(x0), Double(y0), Double(x1), Double(y1))
            return .polygon(
                [
                    x - xMinus, y + yPlus, xEnd - xMinus, yEnd + yPlus, xEnd + xPlus, yEnd - yMinus, x + xPlus,
                    y - yMinus,
                ], .pillow)
        }
    }

    /// Rounds halves away from zero, and towards zero.
    private static func halfUp(_ value: Double) -> Double { value.rounded(.toNearestOrAwayFromZero) }
    private static func halfDown(_ value: Double) -> Double {
        value < 0 ? -(-value - 0.5).rounded(.up) : (value - 0.5).rounded(.up)
    }
}
