/// Regions of an image that an annotation tool has marked.
public struct ImageRegions: Codable, Sendable, Hashable {
    /// The size in pixels for which the regions were drawn; nil if the tool does not state it.
    public var width, height: Int?
    public var shapes: [Shape]

    /// A shape in pixels of the upright image. The origin is its upper left corner.
    public enum Shape: Codable, Sendable, Hashable {
        /// x and y of each corner in turn.
        case polygon([Double], PolygonRule)
        /// Pixel rows and columns, the last ones included.
        case rectangle(left: Int, top: Int, right: Int, bottom: Int)
        /// The ellipse that touches the sides of a box, whose rows and columns belong to it, by the rule of Pillow.
        case ellipse(left: Int, top: Int, right: Int, bottom: Int)
        /// Lengths of runs outside and inside in turn, down the columns of the whole image.
        case columnRuns([Int])
        /// Lengths of runs outside and inside in turn, along the rows of a rectangle.
        case rowRuns(left: Int, top: Int, width: Int, height: Int, runs: [Int])
    }

    /// The pixels that belong to a polygon; tools differ.
    public enum PolygonRule: String, Codable, Sendable {
        /// The rule of the COCO API.
        case coco
        /// The rule of Pillow, which LabelMe uses.
        case pillow
    }

    public init(width: Int? = nil, height: Int? = nil, shapes: [Shape]) {
        (self.width, self.height, self.shapes) = (width, height, shapes)
    }

    /// The union of the shapes in an image. Parts outside are left out.
    public func mask(width: Int, height: Int) -> Mask {
        var mask = Mask(width: width, height: height, values: [UInt8](repeating: 0, count: width * height))
        for shape in shapes { mask.add(shape) }
        return mask
    }
}

extension Mask {
    fileprivate mutating func add(_ shape: ImageRegions.Shape) {
        switch shape {
        case .polygon(let corners, .coco):
            fillColumns(CocoPolygon.runs(corners, width: width, height: height))
        case .polygon(let corners, .pillow):
            for line in PillowPolygon.lines(corners, height: height) { fill(line.left...line.right, row: line.row) }
        case .rectangle(let left, let top, let right, let bottom):
            guard left <= right, top <= bottom, top < height, bottom >= 0 else { return }
            for row in max(top, 0)...min(bottom, height - 1) { fill(left...right, row: row) }
        case .ellipse(let left, let top, let right, let bottom):
            for line in PillowEllipse.lines(left: left, top: top, right: right, bottom: bottom) {
                fill(line.left...line.right, row: line.row)
            }
        case .columnRuns(let runs): fillColumns(runs)
        case .rowRuns(let left, let top, let width, let height, let runs):
            Mask.eachInside(runs, of: width * height) { run in
                let (first, last) = (run.lowerBound / width, run.upperBound / width)
                guard top + first < self.height, top + last >= 0 else { return }
                for row in max(first, -top)...min(last, self.height - 1 - top) {
                    let start = row == first ? run.lowerBound % width : 0
                    let end = row == last ? run.upperBound % width : width - 1
                    fill(left + start...left + end, row: top + row)
                }
            }
        }
    }

    private mutating func fill(_ columns: ClosedRange<Int>, row: Int) {
        guard (0..<height).contains(row), columns.upperBound >= 0, columns.lowerBound < width else { return }
        for x in max(columns.lowerBound, 0)...min(columns.upperBound, width - 1) { values[row * width + x] = 1 }
    }

    private mutating func fillColumns(_ runs: [Int]) {
        let (width, height) = (width, height)
        Mask.eachInside(runs, of: width * height) { run in
            for place in run { values[place % height * width + place / height] = 1 }
        }
    }

    /// Calls a closure with the places of each run inside, up to `count`.
    private static func eachInside(_ runs: [Int], of count: Int, _ body: (ClosedRange<Int>) -> Void) {
        var place = 0, isInside = false
        for run in runs {
            let end = min(count, place + max(0, min(run, count)))
            if isInside, place < end { body(place...end - 1) }
            (place, isInside) = (end, !isInside)
        }
    }
}

/// Polygons as the COCO API fills them.
///
/// The boundary is drawn at five times the resolution. Where it passes the centre of a column, it switches between inside
/// and outside at the next pixel below.
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

/// Polygons as Pillow fills them: corners are whole numbers, and the boundary belongs to the polygon.
enum PillowPolygon {
    private struct Edge {
        let x, y, top, bottom: Int
        let left, right: Int
        /// The change of x from a row to the next.
        let slope: Float

        init(_ from: (x: Int, y: Int), _ to: (x: Int, y: Int)) {
            (x, y) = from
            (top, bottom) = (min(from.y, to.y), max(from.y, to.y))
            (left, right) = (min(from.x, to.x), max(from.x, to.x))
            slope = from.y == to.y ? 0 : Float(to.x - from.x) / Float(to.y - from.y)
        }

        func crossing(_ row: Int) -> Float { Float(row - y) * slope + Float(x) }
        func hasEnd(in row: Int) -> Bool { row == top || row == bottom }
    }

    /// The rows of pixels.
    static func lines(_ corners: [Double], height: Int) -> [(row: Int, left: Int, right: Int)] {
        func whole(_ value: Double) -> Int { Int(max(-1e7, min(1e7, value))) }
        let points = stride(from: 0, to: corners.count - 1, by: 2).map {
            (x: whole(corners[$0]), y: whole(corners[$0 + 1]))
        }
        guard points.count > 1 else { return [] }
        let edges = points.indices.map { Edge(points[$0], points[($0 + 1) % points.count]) }
        var lines = edges.filter { $0.top == $0.bottom }.map { (row: $0.top, left: $0.left, right: $0.right) }
        let sloped = edges.filter { $0.top < $0.bottom }
        guard let first = edges.map(\.top).min(), let last = edges.map(\.bottom).max(), last >= 0, first < height else {
            return lines
        }
        let ends = Ends(sloped)
        let starts = sloped.indices.sorted { sloped[$0].top < sloped[$1].top }
        var started = 0, active: [Int] = []
        for row in max(first, 0)...min(last, height) {
            while started < starts.count, sloped[starts[started]].top <= row {
                active.append(starts[started])
                started += 1
            }
            active.removeAll { sloped[$0].bottom < row }
            var crossings: [Float] = []
            for index in active {
                let edge = sloped[index]
                let crossing = edge.crossing(row)
                if row == edge.bottom, row < last {
                    crossings += [crossing, crossing]
                } else if edge.hasEnd(in: row), edge.slope != 0 {
                    crossings.append(joined(crossing, edge, ends.first(beside: index, sloped, row: row), row: row))
                } else {
                    crossings.append(crossing)
                }
            }
            crossings.sort()
            for pair in stride(from: 1, to: crossings.count, by: 2) {
                let left = Int(crossings[pair - 1].rounded(.toNearestOrAwayFromZero))
                let right = Int(
                    crossings[pair] < 0
                        ? -(abs(crossings[pair]) - 0.5).rounded(.up) : (crossings[pair] - 0.5).rounded(.up))
                if left <= right { lines.append((row, left, right)) }
            }
        }
        return lines
    }

    /// The first slanting edge that ends at each place, so that a corner finds it without a search among all edges.
    private struct Ends {
        private struct Place: Hashable {
            let row: Int
            /// Rounded.
            let x: Float
            /// True for an edge that goes on to the next row, false for one from the row above.
            let isTop: Bool
        }

        private var first: [Place: Int] = [:]

        init(_ edges: [Edge]) {
            for (index, edge) in edges.enumerated() where edge.slope != 0 {
                for row in [edge.top, edge.bottom] {
                    let place = Self.place(edge, row)
                    if first[place] == nil { first[place] = index }
                }
            }
        }

        private static func place(_ edge: Edge, _ row: Int) -> Place {
            // The addition turns -0 into 0.
            Place(
                row: row, x: edge.crossing(row).rounded(.toNearestOrAwayFromZero) + 0, isTop: row == edge.top)
        }

        /// The first edge before another one that ends at the same place, from the same side.
        func first(beside index: Int, _ edges: [Edge], row: Int) -> Edge? {
            first[Self.place(edges[index], row)].flatMap { $0 < index ? edges[$0] : nil }
        }
    }

    /// The crossing of an edge that ends in a row, moved so that an acute corner touches the pixels of the next row.
    ///
    /// - Parameter other: the edge that makes the corner; nil without a corner.
    private static func joined(_ crossing: Float, _ edge: Edge, _ other: Edge?, row: Int) -> Float {
        guard let other else { return crossing }
        let next = row == edge.bottom ? row - 1 : row + 1
        let (own, its) = (edge.crossing(next), other.crossing(next))
        if crossing > own + 1, crossing > its + 1 { return max(own, its).rounded(.toNearestOrAwayFromZero) + 1 }
        if crossing < own - 1, crossing < its - 1 { return min(own, its).rounded(.toNearestOrAwayFromZero) - 1 }
        return crossing
    }
}

extension ImageRegions {
    /// The runs of a string in which the COCO API compresses them: differences to the run before last, in groups of five
    /// bits from the lowest on, each as a character from "0" on.
    ///
    /// - Returns: nil for other characters, numbers beyond 32 bits and negative runs.
    public static func columnRuns(compressed text: String) -> [Int]? {
        var runs: [Int] = [], number = 0, shift = 0
        for byte in text.utf8 {
            guard byte >= 48, byte < 48 + 64, shift < 35 else { return nil }
            let bits = Int(byte) - 48
            number |= (bits & 31) << shift
            shift += 5
            if bits & 32 != 0 { continue }
            if bits & 16 != 0 { number -= 1 << shift }
            if runs.count > 2 { number += runs[runs.count - 2] }
            guard (0...Int(UInt32.max)).contains(number) else { return nil }
            runs.append(number)
            (number, shift) = (0, 0)
        }
        return shift == 0 ? runs : nil
    }

    /// The string in which the COCO API compresses runs; the inverse of `columnRuns(compressed:)`.
    ///
    /// - Parameter runs: 0 to 2^32 - 1 each.
    public static func compressed(columnRuns runs: [Int]) -> String {
        var text: [UInt8] = []
        for (index, run) in runs.enumerated() {
            var number = index > 2 ? run - runs[index - 2] : run
            var isLast = false
            while !isLast {
                let bits = number & 31
                number >>= 5
                // The highest bit of the last group is the sign.
                isLast = bits & 16 == 0 ? number == 0 : number == -1
                text.append(UInt8(48 + (isLast ? bits : bits | 32)))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
