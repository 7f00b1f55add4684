/// Single values over an axis, each with a line for its spread, as SVG.
public struct DotChart: Sendable {
    public struct Dot: Sendable {
        public var position: CurvePoint
        /// Half the length of the line through the dot, in units of y; nil or 0 draws none.
        public var spread: Double?
        public var ink: ChartInk
        /// What the dot says when it is pointed at.
        public var note: String

        public init(position: CurvePoint, spread: Double? = nil, ink: ChartInk, note: String) {
            (self.position, self.spread, self.ink, self.note) = (position, spread, ink, note)
        }
    }

    public var title: String
    public var xAxis: ChartAxis
    /// Covers the dots with their spread.
    public let yAxis: ChartAxis
    /// Dots that are not finite are left out; later ones lie over earlier ones.
    public var dots: [Dot]
    /// Shown in place of the drawing when there is no dot.
    public var emptyNote: String

    public init(title: String, xAxis: ChartAxis, valueLabel: String, dots: [Dot], emptyNote: String) {
        (self.title, self.xAxis, self.emptyNote) = (title, xAxis, emptyNote)
        self.dots = dots.filter { dot in
            let reach = dot.spread ?? 0
            return [dot.position.x, dot.position.y - reach, dot.position.y + reach].allSatisfy(
                ChartAxis.drawable.contains)
        }
        let ends = self.dots.flatMap { [$0.position.y - ($0.spread ?? 0), $0.position.y + ($0.spread ?? 0)] }
        yAxis = ChartAxis(label: valueLabel, covering: ends, scale: .linear)
    }

    /// A `figure` with heading and drawing.
    public func render() -> HTML {
        let figure = ChartFigure(title: title, legend: [])
        guard !dots.isEmpty else { return figure.renderEmpty(emptyNote) }
        let frame = ChartFrame(xAxis: xAxis, yAxis: yAxis)
        let marks = HTML("g") {
            for dot in dots { mark(dot, in: frame) }
        }
        let summary = "\(title): \(dots.count) \(dots.count == 1 ? "dot" : "dots"), \(yAxis.label) over \(xAxis.label)"
        return figure.render(drawing: frame.render(summary: summary, marks: marks))
    }

    private func mark(_ dot: Dot, in frame: ChartFrame) -> HTML {
        let x = NumberText.coordinate(frame.x(dot.position.x))
        return HTML("g", ["class": dot.ink.cssClass]) {
            HTML("title") { dot.note }
            if let spread = dot.spread, spread > 0 {
                let top = NumberText.coordinate(frame.y(dot.position.y + spread))
                let bottom = NumberText.coordinate(frame.y(dot.position.y - spread))
                HTML("path", ["class": "rug", "d": "M\(x) \(top)V\(bottom)"])
            }
            HTML(
                "circle",
                ["class": "dot", "cx": x, "cy": NumberText.coordinate(frame.y(dot.position.y)), "r": "4.5"])
        }
    }
}
