import Wording

/// Single values over an axis, each with a line for its spread, as SVG.
struct DotChart {
    struct Dot {
        var position: CurvePoint
        /// Half the length of the line through the dot, in units of y. `nil` or 0 draws no line.
        var spread: Double?
        var ink: ChartInk
        /// The tooltip.
        var note: String

        /// The ends of the spread.
        fileprivate var ends: [Double] { [position.y - (spread ?? 0), position.y + (spread ?? 0)] }
    }

    var title: String
    var xAxis: ChartAxis
    /// Covers the dots with their spread.
    let yAxis: ChartAxis
    /// Later dots lie over earlier ones. Dots that are not finite are omitted.
    let dots: [Dot]
    /// Shown in place of the drawing if there is no dot.
    var emptyNote: String

    init(title: String, xAxis: ChartAxis, valueLabel: String, dots: [Dot], emptyNote: String) {
        (self.title, self.xAxis, self.emptyNote) = (title, xAxis, emptyNote)
        self.dots = dots.filter { ([$0.position.x] + $0.ends).allSatisfy(ChartAxis.drawable.contains) }
        yAxis = ChartAxis(label: valueLabel, covering: self.dots.flatMap(\.ends), scale: .linear)
    }

    /// A `figure` with heading and drawing.
    func render() -> HTML {
        let figure = ChartFigure(title: title)
        guard !dots.isEmpty else { return figure.renderEmpty(emptyNote) }
        let frame = ChartFrame(xAxis: xAxis, yAxis: yAxis)
        let marks = HTML("g") {
            for dot in dots { mark(dot, in: frame) }
        }
        let count = counted(dots.count, "dot")
        let summary = "\(title): \(count), \(yAxis.label) over \(xAxis.label)"
        return figure.render(drawing: frame.render(summary: summary, marks: marks))
    }

    private func mark(_ dot: Dot, in frame: ChartFrame) -> HTML {
        HTML("g", ["class": dot.ink.cssClass]) {
            HTML("title") { dot.note }
            if let spread = dot.spread, spread > 0 {
                let x = NumberText.coordinate(frame.x(dot.position.x))
                let (bottom, top) = (
                    NumberText.coordinate(frame.y(dot.ends[0])), NumberText.coordinate(frame.y(dot.ends[1]))
                )
                HTML("path", ["class": "rug", "d": "M\(x) \(top)V\(bottom)"])
            }
            frame.dot("dot", at: dot.position)
        }
    }
}
