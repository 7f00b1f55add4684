import Testing

@testable import Reports

@Suite("Page of all runs")
struct OverviewPageTests {
    private static let hostile = "<u>\"'&</u>"

    private static func overview(_ name: String, nights: Int = 3) -> Overview {
        Overview(
            title: name,
            results: [
                Overview.Results(
                    name: name, report: "\(name)/report.html", categories: 2, imageAUROC: 0.5, pixelAUROC: nil, aupro: 1
                )
            ],
            production: [Overview.Production(model: name, since: name, decidedBy: name, reason: name)],
            nights: [
                Overview.Nights(
                    model: name,
                    nights: (0..<nights).map {
                        Overview.Night(
                            label: "2026-11-0\($0)", state: $0 == 1 ? "kept" : "promoted", outcome: name,
                            report: $0 == 0 ? nil : "a b/nights/\($0)/report.html",
                            figures: [("recall", 0.1 * Double($0)), ("undefined", nil)])
                    })
            ],
            runs: [Overview.Run(number: "7", startedAt: name, outcome: name, tasks: name, command: name)],
            generatedBy: [Fact(label: "Nominal", value: "1")])
    }

    @Test("The page links to the reports, and escapes every name")
    func content() throws {
        let page = OverviewPage.render(Self.overview(Self.hostile))
        #expect(!page.contains("<u>"))
        #expect(page.contains("href=\"%3Cu%3E%22%27%26%3C/u%3E/report.html\""))
        #expect(page.contains("href=\"a%20b/nights/2/report.html\""))
        #expect(page.contains("0.5000") && page.contains(NumberText.missing))
        #expect(!page.contains("<script"))
    }

    @Test("A trend is drawn for each figure that two nights have, and for no other")
    func trends() {
        let page = OverviewPage.render(Self.overview("wood"))
        #expect(page.components(separatedBy: "<svg").count == 2)
        #expect(page.contains("2026-11-01: 0.1000, kept") && page.contains(">11-01<") && page.contains(">Recall<"))
        #expect(!OverviewPage.render(Self.overview("wood", nights: 1)).contains("<svg"))
    }

    @Test("Sections without content say so")
    func empty() {
        let page = OverviewPage.render(
            Overview(title: "none", results: [], production: [], nights: [], runs: [], generatedBy: []))
        for words in ["No finished run", "No model is in production", "no history"] { #expect(page.contains(words)) }
    }
}
