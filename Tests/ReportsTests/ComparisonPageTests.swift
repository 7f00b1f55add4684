import Testing

@testable import Reports

@Suite("Comparison and timing pages")
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

    @Test("Metrics are shown with their change, and significant changes are marked")
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
        #expect(
            page.contains("Unknown: the lineage of a run is missing.") && page.contains("<p class=\"empty\">None.</p>"))
    }

    @Test("Names are escaped, and the pages load nothing")
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
