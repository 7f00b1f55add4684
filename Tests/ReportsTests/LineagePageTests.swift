import Foundation
import Testing

@testable import Reports

@Suite("Lineage page")
struct LineagePageTests {
    private static let hostile = "</script><script>document.title='pwned'</script>\"><img src=x onerror=alert(1)>"

    private func diagram(_ name: String) -> LineageDiagram {
        LineageDiagram(
            title: name, description: name, facts: [Fact(label: name, value: name)],
            nodes: [
                LineageDiagram.Node(
                    kind: .files, title: "3 images", subtitle: "from outside", members: ["good/000.png abc", name]),
                LineageDiagram.Node(
                    kind: .step, title: name, subtitle: "ingest", sections: [(name, [Fact(label: name, value: name)])]),
                LineageDiagram.Node(kind: .result, title: "wood/metrics", subtitle: "metrics"),
            ],
            edges: [(0, 1), (1, 2)])
    }

    @Test("Names are escaped")
    func escaping() {
        let page = LineagePage.render(diagram(Self.hostile))
        #expect(!page.contains("<img"))
        #expect(page.components(separatedBy: "<script>").count == 2)
        #expect(page.contains("Content-Security-Policy"))
    }

    @Test("Every edge leads to a later column, and boxes of a column do not overlap")
    func layout() {
        let edges = [(0, 2), (1, 2), (2, 3), (0, 3), (4, 3), (3, 5), (3, 6)]
        let layout = LayeredLayout(count: 7, edges: edges)
        for (from, to) in edges { #expect(layout.places[from].column < layout.places[to].column) }
        for column in 0..<layout.columns {
            let rows = layout.places.filter { $0.column == Double(column) }.map(\.row).sorted()
            for (upper, lower) in zip(rows, rows.dropFirst()) { #expect(lower - upper >= 1) }
        }
        #expect(LayeredLayout(count: 0, edges: []).columns == 0)
        #expect(LayeredLayout(count: 2, edges: [(0, 1), (1, 0)]).places.count == 2)
    }

    @Test(
        "The search finds an image and shows its box, and a selection highlights its lineage",
        .enabled(if: HeadlessBrowser.installed != nil, "optional: Chromium is not installed"))
    func controls() throws {
        let probe = """
            <!DOCTYPE html><meta charset="utf-8"><iframe id="page" src="page.html" width="1200" height="900"></iframe>
            <script>
            const results = [];
            addEventListener("load", () => setTimeout(() => {
                const page = document.getElementById("page").contentWindow.document;
                const search = page.querySelector(".provenance-search");
                const shown = () => Array.from(page.querySelectorAll("[data-details]:not([hidden]) h2"), (e) => e.textContent).join();
                search.value = "GOOD/000";
                search.dispatchEvent(new Event("input"));
                results.push(`[[found=${page.querySelector(".provenance-found").textContent}]]`, `[[shown=${shown()}]]`);
                results.push(`[[marked=${page.querySelectorAll("li.found").length}]]`);
                const box = page.querySelectorAll(".box")[2];
                box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
                results.push(`[[chosen=${shown()}]]`, `[[faint=${page.querySelectorAll(".box.faint").length}]]`);
                const before = page.querySelector("svg").getAttribute("viewBox");
                page.querySelector(".zoom-in").click();
                results.push(`[[zoomed=${page.querySelector("svg").getAttribute("viewBox") !== before}]]`);
                page.querySelector(".zoom-fit").click();
                results.push(`[[whole=${page.querySelector("svg").getAttribute("viewBox").split(" ").map(Number).join()
                    === before.split(" ").map(Number).join()}]]`);
                document.body.append(results.join(" "));
            }, 100));
            </script>
            """
        let browser = try #require(HeadlessBrowser.installed)
        let visit = try browser.visit(
            "probe.html", files: ["probe.html": probe, "page.html": LineagePage.render(diagram("wood/ingest"))])
        #expect(visit.console.isEmpty)
        let results = PageProbe.results(in: visit.document.components(separatedBy: "</script>").last ?? "")
        #expect(results["found"] == "1 of 3 boxes")
        #expect(results["shown"] == "3 images")
        #expect(results["marked"] == "1")
        #expect(results["chosen"] == "wood/metrics")
        #expect(results["faint"] == "0")
        #expect(results["zoomed"] == "true")
        #expect(results["whole"] == "true")
    }
}
