/// Fewer points for a curve that looks the same.
enum CurveReduction {
    /// Keeps the first, lowest, highest and last point of each of `columns` columns of the plot, so that no spike
    /// is lost. M4 aggregation: Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
    ///
    /// - Parameters:
    ///   - points: ascending by x.
    ///   - position: where a point lies along the x axis, from 0 to 1.
    static func reduce(_ points: [CurvePoint], columns: Int, position: (CurvePoint) -> Double) -> [CurvePoint] {
        guard points.count > 4 * columns else { return points }
        var reduced: [CurvePoint] = []
        var start = 0
        while start < points.count {
            let column = Self.column(of: points[start], columns: columns, position: position)
            var end = start
            var lowest = start
            var highest = start
            while end < points.count, Self.column(of: points[end], columns: columns, position: position) == column {
                if points[end].y < points[lowest].y { lowest = end }
                if points[end].y > points[highest].y { highest = end }
                end += 1
            }
            reduced += Set([start, lowest, highest, end - 1]).sorted().map { points[$0] }
            start = end
        }
        return reduced
    }

    private static func column(of point: CurvePoint, columns: Int, position: (CurvePoint) -> Double) -> Int {
        min(columns - 1, Int(position(point) * Double(columns)))
    }
}
