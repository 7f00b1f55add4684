import Foundation
import Testing

@testable import Reports

@Suite(
    "Report page in a browser", .enabled(if: HeadlessBrowser.installed != nil, "optional: Chromium is not installed"))
struct BrowserTests {
    /// A name that sets `window.pwned` if any part of the page treats it as markup.
    private static let hostile = "</script><script>pwned=1</script>\"><img src=x onerror=pwned=1>"

    @Test("Threshold, filters, sorting, table and links work without errors or requests")
    func controls() throws {
        var labelled = SampleReport.make(categoryCount: 3, pictures: 12)
        labelled.title = Self.hostile
        labelled.categories[0].name = Self.hostile
        labelled.categories[0].imageAUROC = nil
        // Written as a power of ten.
        labelled.categories[2].imageAUROC = 0.00005
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
        // The probe's source comes before the results and looks like results.
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

        let order = category.gallery.worstFirst(threshold: calibrated).map(\.name)
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

    /// The name as element content of the probe's own document, which the browser escapes.
    private static let escapedHostile = hostile.replacing("<", with: "&lt;").replacing(">", with: "&gt;")

    /// The expected state of the page at a threshold, in the form of the probe.
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

/// A page that opens two reports in frames, uses their controls like a reader, and records what they show.
enum PageProbe {
    /// The threshold that the probe enters.
    static let typedThreshold: Float = 0.03

    static let markup = """
        <!DOCTYPE html><meta charset="utf-8">
        <iframe id="labelled" src="labelled.html" width="1200" height="900"></iframe>
        <iframe id="unlabelled" src="unlabelled.html" width="420" height="900"></iframe>
        <script>
        const results = [];
        const note = (key, value) => results.push(`[[${key}=${value}]]`);
        const change = (element, value, events) => {
            if (element.type === "checkbox") element.checked = value; else element.value = value;
            for (const name of events) element.dispatchEvent(new Event(name, { bubbles: true }));
        };
        const texts = (root, selector) => Array.from(root.querySelectorAll(selector), (e) => e.textContent);
        const shownNames = (section) => texts(section, ".gallery li:not([hidden]) bdi").join(",");
        const state = (section) => [
            ...texts(section, ".tn, .fp, .fn, .tp"),
            section.querySelectorAll("li.miss").length,
            ...texts(section, ".precision, .recall, .alarms"),
        ].join(" ");

        addEventListener("load", () => setTimeout(() => {
            const view = document.getElementById("labelled").contentWindow;
            const page = view.document;
            const section = page.getElementById("category-1");
            const find = (selector) => section.querySelector(selector);
            note("title", page.title);
            note("name", find("h2").textContent);
            note("hidden controls", page.querySelectorAll(".controls[hidden], .threshold-slider[hidden]").length);
            note("broken pictures", Array.from(section.querySelectorAll("img")).filter((i) => !i.naturalWidth).length);
            note("requests", view.performance.getEntriesByType("resource").filter((r) => !r.name.startsWith("data:")).length);
            note("calibrated", state(section));
            note("first shown", find(".gallery bdi").textContent);

            const line = find(".threshold").getAttribute("transform");
            const point = find(".operating-point").getAttribute("cx") + find(".operating-point").getAttribute("cy");
            change(find(".threshold-number"), \(typedThreshold), ["input", "change"]);
            note("typed", state(section));
            note("command", find(".command").textContent);
            note("setting", find(".setting").textContent);
            note("line moved", find(".threshold").getAttribute("transform") !== line);
            note("point moved", find(".operating-point").getAttribute("cx") + find(".operating-point").getAttribute("cy") !== point);
            note("verdicts agree", Array.from(section.querySelectorAll(".gallery li")).every((item) =>
                item.querySelector(".verdict").textContent === (item.dataset.s >= \(typedThreshold) ? "anomalous" : "normal")));
            change(find(".threshold-slider"), 500, ["input", "change"]);
            note("slid to", find(".threshold-number").value);
            note("slid", state(section));
            find(".reset").click();
            note("reset", state(section));
            note("application hidden", find(".application").hidden);
            note("line reset", find(".threshold").getAttribute("transform"));

            change(find(".kind"), "1", ["change"]);
            note("kind", `${new Set(texts(section, ".gallery li:not([hidden]) bdi").map((n) => n.split("/")[0])).size}`);
            note("kind shown", find(".shown").textContent);
            change(find(".kind"), "", ["change"]);
            change(find(".label"), "n", ["change"]);
            note("normal shown", find(".shown").textContent);
            change(find(".label"), "", ["change"]);
            change(find(".missed"), true, ["change"]);
            note("misses shown", find(".shown").textContent);
            change(find(".missed"), false, ["change"]);
            change(find(".uncertain"), true, ["change"]);
            note("uncertain shown", find(".shown").textContent);
            change(find(".uncertain"), false, ["change"]);
            change(find(".sort"), "confidence", ["change"]);
            note("by confidence", shownNames(section));
            const isShown = (selector) => getComputedStyle(find(selector)).display !== "none";
            const marks = () => [".scores svg[data-plot] .band", ".uncertain-line", ".confidence"].map(isShown).join(" ");
            note("unsure marks", marks());
            change(find(".threshold-number"), 0.025, ["input", "change"]);
            note("unsure marks elsewhere", marks());
            find(".reset").click();
            const lineage = find(".gallery li:not([hidden]) .lineage");
            lineage.querySelector("summary").click();
            note("lineage", `${lineage.open} ${lineage.querySelector("dd").textContent.length}`);
            note("drift", `${find(".drift").open} ${texts(section, ".changed th").join(",")}`);
            change(find(".sort"), "name", ["change"]);
            note("by name", shownNames(section));
            change(find(".sort"), "descending", ["change"]);
            note("by score", shownNames(section));
            change(find(".sort"), "misses", ["change"]);
            note("by misses", shownNames(section));

            const heading = page.querySelectorAll(".figures th button")[1];
            heading.click();
            note("ascending", texts(page, ".figures tbody th").join(","));
            heading.click();
            note("descending", texts(page, ".figures tbody th").join(","));
            note("pwned", view.pwned === undefined ? "no" : "yes");

            page.querySelector(".close-all").click();
            note("closed", page.querySelectorAll("details.category[open]").length);
            view.location.hash = "#category-3";
            setTimeout(() => {
                note("opened by link", Array.from(page.querySelectorAll("details.category[open]"), (d) => d.id).join(","));
                page.querySelector(".open-all").click();
                note("opened", page.querySelectorAll("details.category[open]").length);

                const other = document.getElementById("unlabelled").contentDocument;
                note("width", other.documentElement.scrollWidth <= 420);
                note("unlabelled line", other.querySelector(".threshold").getAttribute("display"));
                note("unlabelled before", other.querySelector(".flagged").textContent);
                change(other.querySelector(".threshold-number"), \(typedThreshold), ["input", "change"]);
                note("unlabelled after", other.querySelector(".flagged").textContent);
                note("unlabelled line after", other.querySelector(".threshold").getAttribute("display"));
                note("unlabelled misses", other.querySelectorAll("li.miss").length);
                const output = document.createElement("pre");
                output.textContent = results.join("\\n");
                document.body.append(output);
            }, 500);
        }, 500));
        </script>
        """

    /// The results that the probe recorded, by key.
    static func results(in document: String) -> [String: String] {
        let entries = document.components(separatedBy: "[[").dropFirst().compactMap { part -> (String, String)? in
            let entry = part.components(separatedBy: "]]")[0]
            guard let split = entry.firstIndex(of: "=") else { return nil }
            return (String(entry[..<split]), String(entry[entry.index(after: split)...]))
        }
        return Dictionary(entries) { first, _ in first }
    }
}
