/// Two samples over one axis, one tick per value, as a small SVG for a table cell.
struct StripChart {
    let first, second: [Double]
    /// The text that a screen reader reads.
    let summary: String

    private static let width = 260.0
    private static let inset = 6.0

    func render() -> HTML {
        let values = (first + second).filter(ChartAxis.drawable.contains)
        guard let least = values.min(), let most = values.max() else { return .empty }
        return HTML("svg", ["class": "strip", "viewBox": "0 0 260 44", "role": "img", "aria-label": summary]) {
            row(first, ink: .reference, top: 2, least, most)
            row(second, ink: .total, top: 17, least, most)
            label(least, x: 0, anchor: "start")
            if most > least { label(most, x: Self.width, anchor: "end") }
        }
    }

    /// One path for all ticks. Values on the same half unit share a tick.
    private func row(_ values: [Double], ink: ChartInk, top: Double, _ least: Double, _ most: Double) -> HTML {
        let positions = values.filter(ChartAxis.drawable.contains).map { value in
            let share = most > least ? (value - least) / (most - least) : 0.5
            return ((Self.inset + share * (Self.width - 2 * Self.inset)) * 2).rounded() / 2
        }
        let path = Set(positions).sorted().map { "M\(NumberText.coordinate($0)) \(NumberText.coordinate(top))v12" }
        return HTML("path", ["class": "rug \(ink.cssClass)", "d": path.joined()])
    }

    private func label(_ value: Double, x: Double, anchor: String) -> HTML {
        HTML("text", ["x": NumberText.coordinate(x), "y": "42", "text-anchor": anchor]) {
            NumberText.significant(value)
        }
    }
}
