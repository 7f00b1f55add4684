/// The plot area of a chart with its axes. Maps data to coordinates of the drawing.
struct ChartFrame {
    let xAxis: ChartAxis
    let yAxis: ChartAxis
    /// Size of the drawing in user units. The page scales it to the available space.
    let width: Double
    let height: Double
    /// Space between the plot and the labels of the x axis.
    let gutter: Double

    let plotLeft: Double
    let plotTop = 26.0
    private static let right = 14.0
    private static let bottom = 42.0
    /// Average width of a digit at the font size of the labels.
    private static let digitWidth = 7.0

    init(xAxis: ChartAxis, yAxis: ChartAxis, width: Double = 480, height: Double = 290, gutter: Double = 0) {
        (self.xAxis, self.yAxis) = (xAxis, yAxis)
        (self.width, self.height, self.gutter) = (width, height, gutter)
        plotLeft = 16 + Self.digitWidth * Double(yAxis.ticks.map(\.label.count).max() ?? 1)
    }

    var plotWidth: Double { width - plotLeft - Self.right }
    var plotHeight: Double { height - plotTop - Self.bottom - gutter }
    var plotBottom: Double { plotTop + plotHeight }

    func x(_ value: Double) -> Double { plotLeft + xAxis.position(of: value) * plotWidth }
    func y(_ value: Double) -> Double { plotBottom - yAxis.position(of: value) * plotHeight }

    /// The whole drawing: grid, axes, tick labels, and `marks` above them.
    /// - Parameter summary: the text that a screen reader reads in place of the drawing.
    func render(summary: String, marks: HTML) -> HTML {
        let plot = [plotLeft, plotTop, plotWidth, plotHeight].map(NumberText.coordinate).joined(separator: " ")
        return HTML(
            "svg",
            [
                "viewBox": "0 0 \(NumberText.coordinate(width)) \(NumberText.coordinate(height))", "role": "img",
                "aria-label": summary, "data-plot": plot,
            ]
        ) {
            for tick in yAxis.ticks {
                let y = y(tick.value)
                line("grid", from: (plotLeft, y), to: (plotLeft + plotWidth, y))
                label(tick.label, x: plotLeft - 7, y: y + 4, anchor: "end")
            }
            for tick in xAxis.ticks {
                let x = x(tick.value)
                line("tick", from: (x, plotBottom), to: (x, plotBottom + 4))
                label(tick.label, x: x, y: plotBottom + gutter + 18, anchor: "middle")
            }
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

    private func label(_ text: String, x: Double, y: Double, anchor: String) -> HTML {
        HTML("text", ["x": NumberText.coordinate(x), "y": NumberText.coordinate(y), "text-anchor": anchor]) { text }
    }

    func line(_ cssClass: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)) -> HTML {
        HTML(
            "line",
            [
                "class": cssClass, "x1": NumberText.coordinate(start.x), "y1": NumberText.coordinate(start.y),
                "x2": NumberText.coordinate(end.x), "y2": NumberText.coordinate(end.y),
            ])
    }

    func dot(_ cssClass: String, at point: CurvePoint) -> HTML {
        let (x, y) = (NumberText.coordinate(x(point.x)), NumberText.coordinate(y(point.y)))
        return HTML("circle", ["class": cssClass, "cx": x, "cy": y, "r": "4.5"])
    }

    func rectangle(_ cssClass: String, x: Double, y: Double, width: Double, height: Double, title: String) -> HTML {
        HTML(
            "rect",
            [
                "class": cssClass, "x": NumberText.coordinate(x), "y": NumberText.coordinate(y),
                "width": NumberText.coordinate(width), "height": NumberText.coordinate(height),
            ]
        ) { HTML("title") { title } }
    }
}

/// The meaning of a mark. The style sheet gives each meaning a colour that is safe for colour-blind readers, and a dash
/// or texture where lines cross.
enum ChartInk: String {
    case total
    case normal
    case anomalous
    case neutral
    case reference

    var cssClass: String { "ink-\(rawValue)" }
}

/// A chart on the page: heading, legend and drawing.
struct ChartFigure {
    struct LegendEntry {
        let name: String
        let ink: ChartInk
        let mark: Mark
    }

    /// The shape of a mark, which its legend entry repeats.
    enum Mark {
        case line
        case bar
        case rug
        case band
    }

    let title: String
    var legend: [LegendEntry] = []

    func render(drawing: HTML, below: HTML = .empty) -> HTML {
        HTML("figure", ["class": "chart"]) {
            HTML("figcaption") {
                HTML("b") { title }
                for entry in legend { swatch(entry) }
            }
            drawing
            below
        }
    }

    /// The figure without a drawing, and the reason for that.
    func renderEmpty(_ reason: String) -> HTML {
        HTML("figure", ["class": "chart"]) {
            HTML("figcaption") { HTML("b") { title } }
            HTML("p", ["class": "empty"]) { reason }
        }
    }

    private func swatch(_ entry: LegendEntry) -> HTML {
        HTML("span", ["class": "legend"]) {
            HTML("svg", ["class": "swatch", "viewBox": "0 0 26 12", "aria-hidden": "true"]) {
                switch entry.mark {
                case .line: HTML("path", ["class": "curve \(entry.ink.cssClass)", "d": "M0 6H26"])
                case .bar:
                    HTML(
                        "rect",
                        ["class": "bar \(entry.ink.cssClass)", "x": "6", "y": "1", "width": "14", "height": "10"])
                case .band: HTML("rect", ["class": "band", "x": "4", "y": "0", "width": "18", "height": "12"])
                case .rug: HTML("path", ["class": "rug \(entry.ink.cssClass)", "d": "M6 2v8M11 2v8M14 2v8M20 2v8"])
                }
            }
            entry.name
        }
    }
}
