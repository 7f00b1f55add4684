import Foundation
import Testing

@testable import Reports

@Suite(
    "Report page in a browser", .enabled(if: HeadlessBrowser.installed != nil, "optional: Chromium is not installed"))
struct BrowserTests {
    /// A name that would set `window.pwned` if any part of the page took it for markup.
    private static let hostile = "</script><script>pwned=1</script>\"><img src=x onerror=pwned=1>"

    @Test("Threshold, filters, order, table and links do what they say, without errors or requests")
    func controls() throws {
        var labelled = SampleReport.make(categoryCount: 3, pictures: 12)
        labelled.title = Self.hostile
        labelled.categories[0].name = Self.hostile
        labelled.categories[0].imageAUROC = nil
        labelled.categories[0].anomalousScores.append(PageProbe.typedThreshold)
        labelled.manifest = Self.hostile
        labelled.categories[0].modelFile = "models/it's <b>.nominal"
        var unlabelled = SampleReport.make(categoryCount: 1, pictures: 3, isLabelled: false)
        unlabelled.categories[0].threshold = nil
        let browser = try #require(HeadlessBrowser.installed)
        let visit = try browser.visit(
            "probe.html",
            files: [
                "probe.html": PageProbe.markup, "labelled.html": ReportPage.render(labelled),
                "unlabelled.html": ReportPage.render(unlabelled),
            ])
        #expect(visit.console.isEmpty)
        // The probe's source, which stands before the results, looks like results too.
        let results = PageProbe.results(in: visit.document.components(separatedBy: "</script>").last ?? "")

        let category = labelled.categories[0]
        #expect(results["title"] == Self.escapedHostile)
        #expect(results["name"] == Self.escapedHostile)
        #expect(results["pwned"] == "no")
        #expect(results["hidden controls"] == "0")
        #expect(results["broken pictures"] == "0")
        #expect(results["requests"] == "0")

        let calibrated = try #require(category.threshold)
        #expect(results["calibrated"] == Self.state(category, at: calibrated))
        #expect(results["typed"] == Self.state(category, at: PageProbe.typedThreshold))
        #expect(results["typed"] != results["calibrated"])
        let slid = try #require(results["slid to"].flatMap(Float.init))
        #expect(results["slid"] == Self.state(category, at: slid))
        #expect(results["reset"] == results["calibrated"])
        #expect(
            results["command"] == "nominal score --model 'models/it'\\''s &lt;b&gt;.nominal' --threshold 0.03 IMAGES")
        #expect(results["setting"] == "\"calibration\": { \"threshold\": 0.03 }")
        #expect(results["application hidden"] == "true")
        #expect(results["line moved"] == "true")
        #expect(results["point moved"] == "true")
        #expect(results["verdicts agree"] == "true")

        let order = GalleryOrder.worstFirst(category.gallery, threshold: calibrated).map(\.name)
        #expect(results["first shown"] == order[0])
        #expect(results["by misses"] == order.joined(separator: ","))
        #expect(results["by name"] == order.sorted().joined(separator: ","))
        let byScore = category.gallery.sorted { $0.score > $1.score }.map(\.name)
        #expect(results["by score"] == byScore.joined(separator: ","))
        #expect(results["kind"] == "1")
        #expect(results["kind shown"] == "4 of 12")
        #expect(results["normal shown"] == "4 of 12")
        #expect(results["misses shown"] == "\(category.gallery.count(where: \.isMiss)) of 12")

        let uncertain = category.gallery.filter(\.isUncertain)
        #expect(!uncertain.isEmpty && uncertain.count < 12)
        #expect(results["uncertain shown"] == "\(uncertain.count) of 12")
        let bySureness = category.gallery.sorted { ($0.confidence ?? 1, $0.name) < ($1.confidence ?? 1, $1.name) }
        #expect(results["by confidence"] == bySureness.map(\.name).joined(separator: ","))
        #expect(results["unsure marks"] == "true true true")
        #expect(results["unsure marks elsewhere"] == "false false false")
        #expect(results["lineage"] == "true 64")
        #expect(results["drift"] == "true Warmth")

        let names = labelled.categories.map(\.name)
        #expect(results["ascending"] == [names[2], names[1], Self.escapedHostile].joined(separator: ","))
        #expect(results["descending"] == [names[1], names[2], Self.escapedHostile].joined(separator: ","))
        #expect(results["closed"] == "0")
        #expect(results["opened by link"] == "category-3")
        #expect(results["opened"] == "3")

        let flagged = unlabelled.categories[0].unlabelledScores.count { $0 >= PageProbe.typedThreshold }
        #expect(results["width"] == "true")
        #expect(results["unlabelled line"] == "none")
        #expect(results["unlabelled before"] == "–")
        #expect(results["unlabelled after"] == "\(flagged)")
        #expect(results["unlabelled line after"] == "null")
        #expect(results["unlabelled misses"] == "0")
    }

    /// Text of the probe's own document, in which the browser escapes what stands in element content.
    private static let escapedHostile = hostile.replacing("<", with: "&lt;").replacing(">", with: "&gt;")

    /// What the page should show at a threshold, as the probe writes it.
    private static func state(_ category: CategoryReport, at threshold: Float) -> String {
        let counts = ConfusionCounts(
            normalScores: category.normalScores, anomalousScores: category.anomalousScores, threshold: threshold)
        let misses = category.gallery.count { $0.isAnomalous != ($0.score >= threshold) }
        return [
            "\(counts.trueNegatives)", "\(counts.falsePositives)", "\(counts.falseNegatives)",
            "\(counts.truePositives)", "\(misses)", NumberText.fraction(counts.precision),
            NumberText.fraction(counts.recall), NumberText.fraction(counts.falseAlarmRate),
        ].joined(separator: " ")
    }
}
