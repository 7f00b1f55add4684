/// Curves over two axes, as SVG.
public struct LineChart: Sendable {
    public struct Series: Sendable {
        public var name: String
        /// Ascending by x. Points that are not finite are left out.
        public var points: [CurvePoint]
        public var ink: ChartInk

        public init(name: String, points: [CurvePoint], ink: ChartInk) {
            self.name = name
            self.points = points
            self.ink = ink
        }
    }

    public var title: String
    public var xAxis: ChartAxis
    public var yAxis: ChartAxis
    public var series: [Series]
    /// A dot on the curve that the page's script can move.
    public var marker: CurvePoint?
    /// Shown in place of the drawing when no series has a point.
    public var emptyNote: String

    /// More columns than this cannot be told apart at the size of the chart.
    private static let columns = 160
    private static let tooltipCount = 20

    public init(
        title: String, xAxis: ChartAxis, yAxis: ChartAxis, series: [Series], marker: CurvePoint? = nil,
        emptyNote: String
    ) {
        self.title = title
        self.xAxis = xAxis
        self.yAxis = yAxis
        self.series = series
        self.marker = marker
        self.emptyNote = emptyNote
    }

    /// A `figure` with heading, legend and drawing.
    public func render() -> HTML {
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
            if let marker { dot(marker, cssClass: "operating-point", in: frame) }
            tooltips(drawn.filter { $0.ink != .reference }, in: frame)
        }
        let names = drawn.map(\.name).joined(separator: ", ")
        let summary = "\(title): \(names) (\(yAxis.label)) over \(xAxis.label)"
        return figure.render(drawing: frame.render(summary: summary, marks: marks))
    }

    private func curve(_ series: Series, in frame: ChartFrame) -> HTML {
        if series.points.count == 1 { return dot(series.points[0], cssClass: "dot \(series.ink.cssClass)", in: frame) }
        let points = CurveReduction.reduce(series.points, columns: Self.columns) { xAxis.position(of: $0.x) }
        let corners = points.map { "\(NumberText.coordinate(frame.x($0.x))) \(NumberText.coordinate(frame.y($0.y)))" }
        return HTML("path", ["class": "curve \(series.ink.cssClass)", "d": "M" + corners.joined(separator: "L")])
    }

    private func dot(_ point: CurvePoint, cssClass: String, in frame: ChartFrame) -> HTML {
        HTML(
            "circle",
            [
                "class": cssClass, "cx": NumberText.coordinate(frame.x(point.x)),
                "cy": NumberText.coordinate(frame.y(point.y)), "r": "4.5",
            ])
    }

    /// Invisible strips over the plot that say, at some of the first series' points, what all series are there.
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

    /// The last value at or before `x`: with vertical runs of a ROC curve, the upper end.
    private static func value(of series: Series, at x: Double) -> Double? {
        var low = 0
        var high = series.points.count
        while low < high {
            let middle = (low + high) / 2
            if series.points[middle].x <= x { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : series.points[low - 1].y
    }
}
