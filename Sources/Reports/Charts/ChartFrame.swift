/// The plot area of a chart with its axes: maps data to the coordinates of the drawing.
struct ChartFrame {
    let xAxis: ChartAxis
    let yAxis: ChartAxis
    /// Size of the drawing in user units; the page scales it to the space that there is.
    let width: Double
    let height: Double
    /// Room between the plot and the labels of the x axis.
    let gutter: Double

    private let left: Double
    private static let top = 26.0
    private static let right = 14.0
    private static let bottom = 42.0
    /// Average width of a digit at the font size of the labels.
    private static let digitWidth = 7.0

    init(xAxis: ChartAxis, yAxis: ChartAxis, width: Double = 480, height: Double = 290, gutter: Double = 0) {
        self.xAxis = xAxis
        self.yAxis = yAxis
        self.width = width
        self.height = height
        self.gutter = gutter
        left = 16 + Self.digitWidth * Double(yAxis.ticks.map(\.label.count).max() ?? 1)
    }

    var plotLeft: Double { left }
    var plotTop: Double { Self.top }
    var plotWidth: Double { width - left - Self.right }
    var plotHeight: Double { height - Self.top - Self.bottom - gutter }
    var plotBottom: Double { plotTop + plotHeight }

    func x(_ value: Double) -> Double { plotLeft + xAxis.position(of: value) * plotWidth }
    func y(_ value: Double) -> Double { plotBottom - yAxis.position(of: value) * plotHeight }

    /// The whole drawing: grid, axes, tick labels, and `marks` above them.
    ///
    /// - Parameter summary: what a screen reader says in place of the drawing.
    func render(summary: String, marks: HTML) -> HTML {
        let plot = [plotLeft, plotTop, plotWidth, plotHeight].map(NumberText.coordinate).joined(separator: " ")
        return HTML(
            "svg",
            [
                "viewBox": "0 0 \(NumberText.coordinate(width)) \(NumberText.coordinate(height))", "role": "img",
                "aria-label": summary, "data-plot": plot,
            ]
        ) {
            for tick in yAxis.ticks { horizontalTick(tick) }
            for tick in xAxis.ticks { verticalTick(tick) }
            HTML("text", ["class": "axis-label", "x": "2", "y": "13"]) { yAxis.label }
            HTML(
                "text",
                [
                    "class": "axis-label", "text-anchor": "middle",
                    "x": NumberText.coordinate(plotLeft + plotWidth / 2), "y": NumberText.coordinate(height - 6),
                ]
            ) { xAxis.label }
            marks
        }
    }

    private func horizontalTick(_ tick: ChartAxis.Tick) -> HTML {
        let y = y(tick.value)
        return .fragment([
            line("grid", from: (plotLeft, y), to: (plotLeft + plotWidth, y)),
            HTML(
                "text",
                [
                    "x": NumberText.coordinate(plotLeft - 7), "y": NumberText.coordinate(y + 4), "text-anchor": "end",
                ]
            ) { tick.label },
        ])
    }

    private func verticalTick(_ tick: ChartAxis.Tick) -> HTML {
        let x = x(tick.value)
        return .fragment([
            line("tick", from: (x, plotBottom), to: (x, plotBottom + 4)),
            HTML(
                "text",
                [
                    "x": NumberText.coordinate(x), "y": NumberText.coordinate(plotBottom + gutter + 18),
                    "text-anchor": "middle",
                ]
            ) { tick.label },
        ])
    }

    func line(_ cssClass: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)) -> HTML {
        HTML(
            "line",
            [
                "class": cssClass, "x1": NumberText.coordinate(start.x), "y1": NumberText.coordinate(start.y),
                "x2": NumberText.coordinate(end.x), "y2": NumberText.coordinate(end.y),
            ])
    }

    func rectangle(
        _ cssClass: String, x: Double, y: Double, width: Double, height: Double, title: String? = nil
    ) -> HTML {
        HTML(
            "rect",
            [
                "class": cssClass, "x": NumberText.coordinate(x), "y": NumberText.coordinate(y),
                "width": NumberText.coordinate(width), "height": NumberText.coordinate(height),
            ]
        ) {
            if let title { HTML("title") { title } }
        }
    }
}
