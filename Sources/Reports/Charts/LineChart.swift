/// A point of a curve in data units. On a ROC curve `x` is the false-positive rate and `y` the true-positive rate.
public struct CurvePoint: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    var isFinite: Bool { x.isFinite && y.isFinite }
}

/// Curves over two axes, as SVG.
struct LineChart {
    struct Series {
        var name: String
        /// Ascending by x. Points that are not finite are omitted.
        var points: [CurvePoint]
        var ink: ChartInk
    }

    var title: String
    var xAxis: ChartAxis
    var yAxis: ChartAxis
    var series: [Series]
    /// A dot on the curve that the page's script can move.
    var marker: CurvePoint?
    /// Shown in place of the drawing if no series has a point.
    var emptyNote: String

    /// The number of columns that a reader can distinguish at the size of the chart.
    private static let columns = 160
    private static let tooltipCount = 20

    /// A `figure` with heading, legend and drawing.
    func render() -> HTML {
        let frame = ChartFrame(xAxis: xAxis, yAxis: yAxis)
        let drawn = series.map { series in
            var series = series
            series.points = series.points.filter {
                ChartAxis.drawable.contains($0.x) && ChartAxis.drawable.contains($0.y)
            }
            return series
        }
        .filter { !$0.points.isEmpty }
        let legend = drawn.map { ChartFigure.LegendEntry(name: $0.name, ink: $0.ink, mark: .line) }
        let figure = ChartFigure(title: title, legend: drawn.count > 1 ? legend : [])
        guard drawn.contains(where: { $0.ink != .reference }) else { return figure.renderEmpty(emptyNote) }
        let marks = HTML("g") {
            for series in drawn { curve(series, in: frame) }
            if let marker { frame.dot("operating-point", at: marker) }
            tooltips(drawn.filter { $0.ink != .reference }, in: frame)
        }
        let names = drawn.map(\.name).joined(separator: ", ")
        let summary = "\(title): \(names) (\(yAxis.label)) over \(xAxis.label)"
        return figure.render(drawing: frame.render(summary: summary, marks: marks))
    }

    private func curve(_ series: Series, in frame: ChartFrame) -> HTML {
        if series.points.count == 1 { return frame.dot("dot \(series.ink.cssClass)", at: series.points[0]) }
        let points = Self.reduced(series.points, columns: Self.columns) { xAxis.position(of: $0.x) }
        let corners = points.map { "\(NumberText.coordinate(frame.x($0.x))) \(NumberText.coordinate(frame.y($0.y)))" }
        return HTML("path", ["class": "curve \(series.ink.cssClass)", "d": "M" + corners.joined(separator: "L")])
    }

    /// Invisible strips over the plot whose tooltips list the values of all series at some points of the first one.
    private func tooltips(_ series: [Series], in frame: ChartFrame) -> HTML {
        let points = series[0].points
        let count = min(Self.tooltipCount, points.count)
        let chosen = (0..<count).map { points[count == 1 ? 0 : $0 * (points.count - 1) / (count - 1)].x }
        let strips = chosen.indices.map { index in
            let x = chosen[index]
            let left = index == 0 ? frame.plotLeft : frame.x((chosen[index - 1] + x) / 2)
            let right = index == count - 1 ? frame.plotLeft + frame.plotWidth : frame.x((x + chosen[index + 1]) / 2)
            let lines = series.compactMap { series in
                Self.value(of: series, at: x).map { "\(series.name): \(NumberText.significant($0))" }
            }
            return frame.rectangle(
                "tooltip", x: left, y: frame.plotTop, width: right - left, height: frame.plotHeight,
                title: (["\(xAxis.label): \(NumberText.significant(x))"] + lines).joined(separator: "\n"))
        }
        return .fragment(strips)
    }

    /// The last value at or before `x`, which is the upper end of a vertical run of a ROC curve.
    private static func value(of series: Series, at x: Double) -> Double? {
        var low = 0
        var high = series.points.count
        while low < high {
            let middle = (low + high) / 2
            if series.points[middle].x <= x { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : series.points[low - 1].y
    }

    /// Reduces a curve to the first, lowest, highest and last point of each column, which keeps every spike.
    ///
    /// M4 aggregation: Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
    ///
    /// - Parameters:
    ///   - points: ascending by x.
    ///   - position: the position of a point along the x axis, from 0 to 1.
    static func reduced(_ points: [CurvePoint], columns: Int, position: (CurvePoint) -> Double) -> [CurvePoint] {
        guard points.count > 4 * columns else { return points }
        func column(of point: CurvePoint) -> Int { min(columns - 1, Int(position(point) * Double(columns))) }
        var reduced: [CurvePoint] = []
        var start = 0
        while start < points.count {
            let current = column(of: points[start])
            var (end, lowest, highest) = (start, start, start)
            while end < points.count, column(of: points[end]) == current {
                if points[end].y < points[lowest].y { lowest = end }
                if points[end].y > points[highest].y { highest = end }
                end += 1
            }
            reduced += Set([start, lowest, highest, end - 1]).sorted().map { points[$0] }
            start = end
        }
        return reduced
    }
}
