/// A page that holds two reports in frames, uses their controls as a reader would, and writes down what they show.
enum PageProbe {
    /// The number typed as the threshold.
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

    /// What the probe wrote down, by key.
    static func results(in document: String) -> [String: String] {
        let entries = document.components(separatedBy: "[[").dropFirst().compactMap { part -> (String, String)? in
            let entry = part.components(separatedBy: "]]")[0]
            guard let split = entry.firstIndex(of: "=") else { return nil }
            return (String(entry[..<split]), String(entry[entry.index(after: split)...]))
        }
        return Dictionary(entries) { first, _ in first }
    }
}
