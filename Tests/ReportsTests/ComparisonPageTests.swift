import Testing

@testable import Reports

@Suite("Pages of comparisons and of costs")
struct ComparisonPageTests {
    private func category(_ name: String, interval: ClosedRange<Double>?) -> ComparisonReport.Category {
        ComparisonReport.Category(
            name: name, pairs: 12,
            figures: [
                ComparisonReport.Figure(name: "imageAUROC", first: 0.9, second: 0.95),
                ComparisonReport.Figure(name: "pixelAUROC", first: nil, second: 0.5),
            ], aurocDifference: interval.map { ($0.lowerBound + $0.upperBound) / 2 }, aurocInterval: interval,
            aupimoDifference: -0.01, aupimoProbability: 0.00001)
    }

    @Test("Figures come with their change; what is not by chance alone is marked")
    func figures() {
        let page = ComparisonPage.render(
            ComparisonReport(
                first: "runs/a",
                comparisons: [
                    ComparisonReport.Comparison(
                        second: "runs/b",
                        categories: [category("x", interval: 0.01...0.09), category("y", interval: -0.1...0.2)],
                        origin: [["Parameter", "/training/steps", "10", "20"]]),
                    ComparisonReport.Comparison(second: "runs/c", categories: [], origin: nil),
                    ComparisonReport.Comparison(second: "runs/d", categories: [], origin: []),
                ]))
        #expect(page.contains("<td>0.9500<div class=\"note\">+0.0500</div></td>"))
        #expect(page.contains("<td>0.5000<div class=\"note\"></div></td>"))
        #expect(page.contains("<td class=\"marked\">+0.0500<div class=\"note\">+0.0100 to +0.0900</div></td>"))
        #expect(page.contains("<td>+0.0500<div class=\"note\">−0.1000 to +0.2000</div></td>"))
        #expect(page.contains("p &lt; 0.0001") && page.contains("<bdi>/training/steps</bdi>"))
        #expect(page.contains("A run does not tell what it was made from.") && page.contains("The same in both runs."))
    }

    @Test("Names are shown and never executed, and nothing is fetched")
    func hostile() {
        let name = "</title><script>x</script>"
        let page = ComparisonPage.render(
            ComparisonReport(
                first: name,
                comparisons: [
                    ComparisonReport.Comparison(
                        second: name, categories: [category(name, interval: nil)], origin: [[name, name, name, name]])
                ]))
        let costs = TimingPage.render(
            TimingReport(
                title: name, facts: [Fact(label: name, value: name)],
                stages: [
                    TimingReport.Stage(
                        name: name, tasksRun: 1, tasksCached: 2, seconds: 3, secondsFromScratch: 70, peakMiB: nil)
                ]))
        for text in [page, costs] {
            #expect(!text.contains("<script") && !text.contains("http:") && !text.contains("https:"))
            #expect(text.contains("default-src &#39;none&#39;"))
        }
        #expect(costs.contains("<td>1 min 10 s</td><td>–</td>"))
    }
}

@Suite("What is uncertain, and drift, on the page")
struct UncertaintyTests {
    @Test("The band of uncertain scores is drawn behind the bars and named in the legend; without one there is none")
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
        // A range beyond the axis ends with it.
        #expect(histogram(-1e30..<1e30).contains("class=\"band\""))
    }

    @Test("A change opens the section and is named in its line; no image to compare leaves it out")
    func drift() {
        let quiet = DriftSection(
            measures: SampleReport.drift(1).map { measure in
                var measure = measure
                measure.probability = 0.5
                return measure
            }
        ).render().render()
        #expect(quiet.contains("no sign of a change") && !quiet.contains("open=\"\""))
        let loud = DriftSection(measures: SampleReport.drift(1)).render().render()
        #expect(loud.contains("changed: warmth") && loud.contains("<details class=\"drift\" open=\"\">"))
        #expect(DriftSection(measures: []).render().render().isEmpty)
    }

    @Test("Values that cannot be drawn, or are all the same, leave a chart of the others")
    func strip() {
        #expect(StripChart(first: [.nan], second: [.infinity], summary: "").render().render().isEmpty)
        let same = StripChart(first: [2, 2], second: [2], summary: "s").render().render()
        #expect(same.contains("M130 2v12") && same.contains("M130 17v12"))
    }
}
