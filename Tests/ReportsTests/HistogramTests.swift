import Testing

@testable import Reports

@Suite("Histograms")
struct HistogramTests {
    @Test(
        "Every finite value is in one bin",
        arguments: [[0.5], [1, 1, 1], [-3, 0, 3], [1e-6, 1e6], [0, 3.4e38], [0.1, .nan, .infinity]] as [[Float]])
    func conservation(values: [Float]) {
        let histogram = Histogram(
            title: "", valueLabel: "", series: [.init(name: "", values: values, ink: .normal)], emptyNote: "")
        let bins = HistogramBins(of: [values, []], along: histogram.xAxis)
        #expect(bins.counts[0].reduce(0, +) == values.count(where: \.isFinite))
        #expect(bins.counts[1].allSatisfy { $0 == 0 })
        #expect(bins.edges.count == bins.counts[0].count + 1)
        #expect(zip(bins.edges, bins.edges.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("A bin includes its lower edge, and the last bin its upper edge too")
    func edges() {
        let axis = ChartAxis(label: "", covering: [0, 1], scale: .linear, tickCount: 6)
        let bins = HistogramBins(of: [[0, 0.5, 1]], along: axis)
        #expect(bins.counts[0].count == 20)
        #expect(bins.counts[0].enumerated().filter { $0.element == 1 }.map(\.offset) == [0, 10, 19])
    }

    @Test("Bins of a linear axis are aligned with its ticks")
    func alignment() {
        let values = (0..<100).map { Float($0) / 1000 }
        let axis = ChartAxis(label: "", covering: values.map(Double.init), scale: .linear)
        let bins = HistogramBins(of: [values], along: axis)
        for tick in axis.ticks { #expect(bins.edges.contains { abs($0 - tick.value) < 1e-12 }) }
    }

    @Test("The axis covers the threshold and the held-out scores")
    func range() {
        let histogram = Histogram(
            title: "", valueLabel: "", series: [.init(name: "", values: [1, 2], ink: .normal)],
            rug: .init(name: "", values: [-4], ink: .reference), threshold: 9, emptyNote: "")
        #expect(histogram.xAxis.lower <= -4)
        #expect(histogram.xAxis.upper >= 9)
    }

    @Test("Without a threshold the line exists for the script but is hidden")
    func noThreshold() {
        let series = Histogram.Series(name: "Normal", values: [1, 2], ink: .normal)
        let markup = Histogram(title: "", valueLabel: "", series: [series], emptyNote: "").render().render()
        #expect(markup.contains("class=\"threshold\" transform=\"translate("))
        #expect(markup.contains("display=\"none\""))
    }

    @Test("Without finite scores a note replaces the drawing")
    func empty() {
        let series = Histogram.Series(name: "", values: [.nan, .infinity], ink: .normal)
        let markup = Histogram(title: "T", valueLabel: "", series: [series], emptyNote: "No score.").render().render()
        #expect(markup.contains("No score."))
        #expect(!markup.contains("<svg"))
    }

    @Test("The band of uncertain scores is drawn and named in the legend, if there is one")
    func band() {
        func histogram(_ band: Range<Float>?) -> String {
            Histogram(
                title: "t", valueLabel: "v", series: [Histogram.Series(name: "n", values: [0, 1, 2], ink: .normal)],
                threshold: 1, band: band, bandName: "Uncertain", emptyNote: ""
            ).render().render()
        }
        #expect(
            histogram(0.5..<1.5).contains("class=\"band\"") && histogram(0.5..<1.5).contains("Uncertain: 0.5 to 1.5"))
        #expect(!histogram(nil).contains("band"))
        // A range beyond the axis is clamped.
        #expect(histogram(-1e30..<1e30).contains("class=\"band\""))
    }
}
