import Foundation
import FoundationXML
import Testing

@testable import Reports

@Suite("Charts")
struct ChartTests {
    private static let hostile = "</text><script>alert(\"1\")</script>&'"

    private static func lineChart(_ points: [CurvePoint]) -> String {
        LineChart(
            title: hostile, xAxis: ChartAxis(label: hostile, covering: points.map(\.x)),
            yAxis: ChartAxis(label: hostile, covering: points.map(\.y)),
            series: [
                LineChart.Series(name: hostile, points: points, ink: .total),
                LineChart.Series(name: "other", points: points, ink: .anomalous),
            ],
            marker: points.first, emptyNote: "No points."
        ).render().render()
    }

    @Test("Drawings are well-formed XML for any names")
    func wellFormed() {
        let points = (0..<50).map { CurvePoint(x: Double($0), y: Double($0 * $0)) }
        let series = Histogram.Series(name: Self.hostile, values: [1, 2, 3], ink: .normal)
        let charts = [
            Self.lineChart(points),
            Histogram(
                title: Self.hostile, valueLabel: Self.hostile, series: [series], rug: series, threshold: 2,
                emptyNote: ""
            ).render().render(),
            BarChart(
                title: Self.hostile, valueLabel: Self.hostile,
                bars: [.init(label: Self.hostile, value: 3, note: Self.hostile)], emptyNote: ""
            ).render().render(),
        ]
        for chart in charts {
            #expect(XMLParser(data: Data(chart.utf8)).parse())
            #expect(chart.contains("<svg"))
            #expect(!chart.contains("<script"))
        }
    }

    @Test("Without points a note is shown, and one point is drawn as a dot")
    func fewPoints() {
        #expect(Self.lineChart([]).contains("No points."))
        #expect(Self.lineChart([CurvePoint(x: .nan, y: 1)]).contains("No points."))
        let single = Self.lineChart([CurvePoint(x: 3, y: 4)])
        #expect(single.contains("class=\"dot ink-total\""))
        #expect(!single.contains("<path class=\"curve ink-total\" d=\"M1"))
    }

    @Test("Points that are not finite or too large are omitted")
    func notFinite() {
        let markup = Self.lineChart([
            CurvePoint(x: 0, y: 1), CurvePoint(x: 1, y: .nan), CurvePoint(x: 2, y: .infinity),
            CurvePoint(x: 3, y: 1.7e308), CurvePoint(x: 4, y: 2),
        ])
        #expect(!markup.lowercased().contains("nan"))
        #expect(!markup.contains("inf"))
        #expect(markup.contains("class=\"curve ink-total\""))
    }

    @Test("A long curve is reduced to few points but keeps its ends and spikes")
    func reduction() {
        var points = (0..<100_000).map { CurvePoint(x: Double($0), y: 0) }
        points[54_321].y = 9
        points[77_777].y = -9
        let reduced = LineChart.reduced(points, columns: 160) { $0.x / 100_000 }
        #expect(reduced.count <= 640)
        #expect(reduced.first == points.first && reduced.last == points.last)
        #expect(reduced.contains(points[54_321]) && reduced.contains(points[77_777]))
        #expect(zip(reduced, reduced.dropFirst()).allSatisfy { $0.x < $1.x })
        #expect(Self.lineChart(points).utf8.count < 40_000)
    }

    @Test("A short curve is not reduced")
    func noReduction() {
        let points = (0..<640).map { CurvePoint(x: Double($0), y: Double($0 % 7)) }
        #expect(LineChart.reduced(points, columns: 160) { $0.x / 640 } == points)
    }

    @Test("Bars without a finite length have the minimum length")
    func bars() {
        let markup = BarChart(
            title: "", valueLabel: "seconds",
            bars: [.init(label: "a", value: .nan, note: "–"), .init(label: "b", value: 0, note: "0.0 s")], emptyNote: ""
        ).render().render()
        #expect(markup.components(separatedBy: "width=\"1\"").count == 3)
    }

    @Test("A long label is cut, and complete in the tooltip")
    func longLabel() {
        let label = String(repeating: "stage", count: 200)
        let markup = BarChart(
            title: "", valueLabel: "", bars: [.init(label: label, value: 1, note: "n")], emptyNote: ""
        ).render().render()
        #expect(markup.contains("stagestagestagest…</text>"))
        #expect(markup.contains("<title>\(label): n</title>"))
    }
}
