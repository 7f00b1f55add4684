import Foundation
import FoundationXML
import Testing

@testable import Reports

@Suite("Sweep page")
struct SweepPageTests {
    static func report(_ name: String = "rates") -> SweepReport {
        func trial(_ number: Int, _ rank: Int?, _ criterion: Double?, _ values: [String]) -> SweepReport.Trial {
            SweepReport.Trial(
                name: "t00\(number)", rank: rank, values: values, criterion: criterion,
                seedSpread: rank.map { 0.01 * Double($0) },
                failure: rank == nil ? name : nil, imageAUROC: rank.map { 1 - 0.1 * Double($0) })
        }
        return SweepReport(
            title: name, description: name, summary: [Fact(label: "Job", value: name)],
            generatedBy: [Fact(label: "Nominal", value: "1")],
            parameters: [
                SweepReport.Parameter(name: "/training/learningRate", isNumeric: true, isLogarithmic: true),
                SweepReport.Parameter(name: name, isNumeric: false),
            ],
            trials: [
                trial(2, 1, 0.75, ["0.001", "sdc"]), trial(1, 2, 0.5, ["0.1", name]),
                trial(3, nil, nil, ["1", "sdc"]),
            ], caution: name, recordNote: "takes no part", manifest: "{}")
    }

    /// The drawings of a page, in order.
    private func drawings(_ page: String) -> [String] {
        page.components(separatedBy: "<svg viewBox").dropFirst().map {
            "<svg viewBox" + $0.components(separatedBy: "</svg>")[0] + "</svg>"
        }
    }

    @Test("The page shows the ranking, a chart per parameter, and the test metrics, in that order")
    func content() throws {
        let page = SweepPage.render(Self.report())
        let parts = ["<h2>Ranking</h2>", "<h2>Criterion by parameter</h2>", "<h2>Test metrics</h2>"]
        let places = try parts.map { try #require(page.range(of: $0)).lowerBound }
        #expect(places == places.sorted())
        #expect(page.contains("<td>1</td><th scope=\"row\">t002</th><td>0.7500</td><td>0.0100</td>"))
        #expect(page.contains("<td>–</td><th scope=\"row\">t003</th><td>rates</td>"))
        #expect(page.contains("<th scope=\"row\">t001</th><td>0.8000</td><td>–</td>"))
        #expect(!page.contains("± categories"))
        // A failed trial has no dot.
        #expect(drawings(page).map { $0.components(separatedBy: "<circle").count - 1 } == [2, 2])
        #expect(page == SweepPage.render(Self.report()))
    }

    @Test("Numbers are drawn to scale, and other values by name")
    func axes() {
        let drawings = drawings(SweepPage.render(Self.report()))
        for label in [">0.001</text>", ">0.01</text>", ">0.1</text>"] { #expect(drawings[0].contains(label)) }
        for label in [">rates</text>", ">sdc</text>"] { #expect(drawings[1].contains(label)) }
        let many = ChartAxis(label: "", names: (0..<100).map { "name \($0)" })
        #expect(many.ticks.count <= 8)
        #expect(ChartAxis(label: "", names: [String(repeating: "n", count: 99)]).ticks[0].label.count == 14)
    }

    @Test("The page is self-contained and has no script")
    func selfContained() {
        let page = SweepPage.render(Self.report())
        for address in ["http:", "https:", "//cdn", "url(", "@import", "<link", "<iframe", "<script"] {
            #expect(!page.contains(address), "the page holds \(address)")
        }
        #expect(page.contains("Content-Security-Policy"))
    }

    @Test(
        "Names and values are escaped",
        arguments: ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></svg>", "\u{202E}x", ""])
    func hostile(name: String) {
        let page = SweepPage.render(Self.report(name))
        #expect(!page.contains("<script"))
        #expect(!page.contains("<img"))
        #expect(page.components(separatedBy: "</svg").count == 3)
        for drawing in drawings(page) { #expect(XMLParser(data: Data(drawing.utf8)).parse()) }
    }

    @Test("Values that are not finite are omitted, and a note replaces an empty chart")
    func notFinite() {
        let dots = [1, .nan, .infinity, 1.7e308].map {
            DotChart.Dot(position: CurvePoint(x: 0, y: $0), spread: 1, ink: .normal, note: "")
        }
        func chart(_ dots: [DotChart.Dot]) -> String {
            DotChart(
                title: "t", xAxis: ChartAxis(label: "x", covering: [0, 1]), valueLabel: "y", dots: dots,
                emptyNote: "Nothing."
            ).render().render()
        }
        let markup = chart(dots)
        #expect(markup.components(separatedBy: "<circle").count == 2)
        #expect(!markup.lowercased().contains("nan") && !markup.contains("inf"))
        #expect(chart(Array(dots.dropFirst())).contains("Nothing."))
        let failed = SweepReport.Trial(name: "t001", values: ["1"], failure: "f")
        let page = SweepPage.render(
            SweepReport(
                title: "", parameters: [SweepReport.Parameter(name: "p", isNumeric: true)], trials: [failed],
                recordNote: ""))
        #expect(page.contains("No trial has a criterion."))
        #expect(!page.contains("Test metrics"))
    }
}
