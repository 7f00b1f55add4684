/// Polygons as the COCO API fills them.
///
/// The boundary is drawn at five times the resolution. Where it passes the centre of a column, it switches between
/// inside and outside at the next pixel below.
enum CocoPolygon {
    private static let scale = 5.0

    /// The runs outside and inside, down the columns.
    static func runs(_ corners: [Double], width: Int, height: Int) -> [Int] {
        let points = stride(from: 0, to: corners.count - 1, by: 2).map { place in
            (x: rounded(corners[place] * scale), y: rounded(corners[place + 1] * scale))
        }
        guard points.count > 1 else { return [width * height] }
        var switches: [Int] = []
        var last: (x: Int, y: Int)?
        func visit(_ x: Int, _ y: Int) {
            defer { last = (x, y) }
            guard let last, x != last.x else { return }
            // Five fine columns make a column, of which the middle one counts.
            let fine = min(x, last.x)
            guard fine >= 2, (fine - 2) % 5 == 0, (fine - 2) / 5 < width else { return }
            let upper = (Double(min(y, last.y)) + 0.5) / scale - 0.5
            let row = Int(min(max(upper, 0), Double(height)).rounded(.up))
            switches.append((fine - 2) / 5 * height + row)
        }
        for (index, from) in points.enumerated() {
            draw(from, points[(index + 1) % points.count], visit)
        }
        switches.sort()
        // Two switches at one place cancel out.
        var kept: [Int] = []
        for place in switches { if kept.last == place { kept.removeLast() } else { kept.append(place) } }
        var runs: [Int] = [], start = 0
        for place in kept + [width * height] {
            runs.append(place - start)
            start = place
        }
        return runs
    }

    private static func rounded(_ value: Double) -> Int { Int(max(-1e9, min(1e9, value + 0.5))) }

    /// Visits a point for each step along the longer axis. Both directions of a line visit the same points.
    private static func draw(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int), _ visit: (Int, Int) -> Void) {
        let (across, down) = (abs(to.x - from.x), abs(to.y - from.y))
        let isFlat = across >= down
        let isReversed = isFlat ? from.x > to.x : from.y > to.y
        let (start, end) = isReversed ? (to, from) : (from, to)
        let steps = max(across, down)
        let slope =
            steps == 0
            ? 0 : isFlat ? Double(end.y - start.y) / Double(steps) : Double(end.x - start.x) / Double(steps)
        for number in 0...steps {
            let step = isReversed ? steps - number : number
            if isFlat {
                visit(start.x + step, Int(Double(start.y) + slope * Double(step) + 0.5))
            } else {
                visit(Int(Double(start.x) + slope * Double(step) + 0.5), start.y + step)
            }
        }
    }
}
