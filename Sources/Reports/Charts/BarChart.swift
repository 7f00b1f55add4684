/// Labelled horizontal bars over an axis from zero, as SVG.
struct BarChart {
    struct Bar {
        var label: String
        /// Not negative. A value that is not finite has the shortest bar.
        var value: Double
        /// Written after the bar.
        var note: String
    }

    var title: String
    /// The label of the axis, with the unit.
    var valueLabel: String
    var bars: [Bar]
    /// Shown in place of the drawing if there is no bar.
    var emptyNote: String

    private static let width = 520.0
    private static let labelWidth = 126.0
    private static let noteWidth = 200.0
    private static let rowHeight = 26.0
    private static let axisHeight = 24.0
    private static let longestLabel = 18

    /// A `figure` with heading and drawing.
    func render() -> HTML {
        let figure = ChartFigure(title: title)
        guard !bars.isEmpty else { return figure.renderEmpty(emptyNote) }
        let axis = ChartAxis(label: valueLabel, covering: [0] + bars.map(\.value), scale: .linear)
        let plotHeight = Self.rowHeight * Double(bars.count)
        let height = plotHeight + Self.axisHeight
        let drawing = HTML(
            "svg",
            [
                "viewBox": "0 0 \(NumberText.coordinate(Self.width)) \(NumberText.coordinate(height))", "role": "img",
                "aria-label": "\(title): " + bars.map { "\($0.label) \($0.note)" }.joined(separator: "; "),
            ]
        ) {
            renderAxis(axis, plotHeight: plotHeight)
            for (row, bar) in bars.enumerated() {
                let end = bar.value.isFinite ? Self.x(bar.value, along: axis) : Self.labelWidth
                renderBar(bar, top: Self.rowHeight * Double(row), end: end)
            }
        }
        return figure.render(drawing: drawing)
    }

    private static func x(_ value: Double, along axis: ChartAxis) -> Double {
        labelWidth + axis.position(of: value) * (width - labelWidth - noteWidth)
    }

    private func renderAxis(_ axis: ChartAxis, plotHeight: Double) -> HTML {
        let (bottom, baseline) = (NumberText.coordinate(plotHeight), NumberText.coordinate(plotHeight + 16))
        let end = NumberText.coordinate(Self.x(axis.upper, along: axis) + 24)
        return HTML("g") {
            for tick in axis.ticks {
                let x = NumberText.coordinate(Self.x(tick.value, along: axis))
                HTML("line", ["class": "grid", "x1": x, "y1": "0", "x2": x, "y2": bottom])
                HTML("text", ["x": x, "y": baseline, "text-anchor": "middle"]) { tick.label }
            }
            HTML("text", ["class": "axis-label", "x": end, "y": baseline]) { axis.label }
        }
    }

    private func renderBar(_ bar: Bar, top: Double, end: Double) -> HTML {
        let baseline = NumberText.coordinate(top + 17)
        let isLong = bar.label.count > Self.longestLabel
        return HTML("g") {
            HTML("title") { "\(bar.label): \(bar.note)" }
            HTML("text", ["x": NumberText.coordinate(Self.labelWidth - 8), "y": baseline, "text-anchor": "end"]) {
                isLong ? bar.label.prefix(Self.longestLabel - 1) + "…" : bar.label
            }
            HTML(
                "rect",
                [
                    "class": "bar ink-neutral", "x": NumberText.coordinate(Self.labelWidth),
                    "y": NumberText.coordinate(top + 5), "height": "16",
                    "width": NumberText.coordinate(max(1, end - Self.labelWidth)),
                ])
            HTML("text", ["x": NumberText.coordinate(end + 8), "y": baseline]) { bar.note }
        }
    }
}
