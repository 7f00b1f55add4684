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
