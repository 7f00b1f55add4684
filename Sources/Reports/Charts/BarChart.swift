/// Labelled horizontal bars over an axis that starts at zero, as SVG.
public struct BarChart: Sendable {
    public struct Bar: Sendable {
        public var label: String
        /// Not negative; a value that is not finite draws no bar.
        public var value: Double
        /// Written after the bar.
        public var note: String

        public init(label: String, value: Double, note: String) {
            self.label = label
            self.value = value
            self.note = note
        }
    }

    public var title: String
    /// The label of the axis, with the unit.
    public var valueLabel: String
    public var bars: [Bar]
    /// Shown in place of the drawing when there is no bar.
    public var emptyNote: String

    private static let width = 520.0
    private static let labelWidth = 126.0
    private static let noteWidth = 200.0
    private static let rowHeight = 26.0
    private static let axisHeight = 24.0
    private static let longestLabel = 18

    public init(title: String, valueLabel: String, bars: [Bar], emptyNote: String) {
        self.title = title
        self.valueLabel = valueLabel
        self.bars = bars
        self.emptyNote = emptyNote
    }

    /// A `figure` with heading and drawing.
    public func render() -> HTML {
        let figure = ChartFigure(title: title, legend: [])
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
        HTML("g") {
            for tick in axis.ticks {
                let x = NumberText.coordinate(Self.x(tick.value, along: axis))
                let bottom = NumberText.coordinate(plotHeight)
                HTML("line", ["class": "grid", "x1": x, "y1": "0", "x2": x, "y2": bottom])
                HTML("text", ["x": x, "y": NumberText.coordinate(plotHeight + 16), "text-anchor": "middle"]) {
                    tick.label
                }
            }
            HTML(
                "text",
                [
                    "class": "axis-label", "x": NumberText.coordinate(Self.x(axis.upper, along: axis) + 24),
                    "y": NumberText.coordinate(plotHeight + 16),
                ]
            ) { axis.label }
        }
    }

    private func renderBar(_ bar: Bar, top: Double, end: Double) -> HTML {
        let baseline = NumberText.coordinate(top + 17)
        return HTML("g") {
            HTML("title") { "\(bar.label): \(bar.note)" }
            HTML("text", ["x": NumberText.coordinate(Self.labelWidth - 8), "y": baseline, "text-anchor": "end"]) {
                Self.shortened(bar.label)
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

    private static func shortened(_ label: String) -> String {
        label.count <= longestLabel ? label : label.prefix(longestLabel - 1) + "…"
    }
}
