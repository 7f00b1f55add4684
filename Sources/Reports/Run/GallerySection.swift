import Wording

/// The pictures of single images: input, what the detector expected, anomaly map and ground truth.
struct GallerySection {
    private let items: [GalleryItem]
    /// Ascending. A card refers to its kind by index.
    private let kinds: [String]

    init(items: [GalleryItem], threshold: Float?) {
        self.items = items.worstFirst(threshold: threshold)
        kinds = Set(items.map(\.kind)).sorted()
    }

    func render() -> HTML {
        guard !items.isEmpty else { return .empty }
        return HTML("div", ["class": "gallery-block"]) {
            HTML("h3") { "Images" }
            HTML("p", ["class": "note"]) { legend }
            controls
            HTML("ol", ["class": "gallery"]) {
                for item in items { card(item) }
            }
        }
    }

    private var isLabelled: Bool { items.contains { $0.isAnomalous != nil } }

    private var hasConfidence: Bool { items.contains { $0.confidence != nil } }

    private var legend: String {
        let expected = items.first { $0.expected != nil }.map { $0.expectedLabel.lowercased() + ", " } ?? ""
        var legend = "Left to right: input, \(expected)anomaly map"
        if items.contains(where: { $0.groundTruth != nil }) { legend += ", ground truth" }
        if items.contains(where: { $0.normalizedScore != nil }) {
            legend +=
                ". Normalised scores are 0 for the median held-out normal image and 1 at the threshold, "
                + "or less if held-out scores hardly differ"
        }
        if hasConfidence {
            legend += ". Confidence is the probability that other held-out images lead to the same verdict"
        }
        return legend + "."
    }

    /// Hidden until the script that implements them runs.
    private var controls: HTML {
        HTML("div", ["class": "controls", "hidden": ""]) {
            select("Order", class: "sort", orders)
            select("Kind", class: "kind", [("", "all")] + kinds.enumerated().map { ("\($0)", $1) })
            if isLabelled {
                select("Ground truth", class: "label", [("", "all"), ("n", "normal"), ("a", "anomalous")])
                checkbox("wrong verdicts only", class: "missed")
            }
            if hasConfidence { checkbox("uncertain verdicts only", class: "uncertain") }
            HTML("output", ["class": "shown", "aria-live": "polite"]) {
                "\(items.count) of \(items.count)"
            }
        }
    }

    private var orders: [(value: String, text: String)] {
        (isLabelled ? [("misses", "worst misses first")] : [])
            + [("descending", "highest score first"), ("ascending", "lowest score first")]
            + (hasConfidence ? [("confidence", "least confident first")] : []) + [("name", "name")]
    }

    private func select(_ label: String, class cssClass: String, _ options: [(value: String, text: String)]) -> HTML {
        HTML("label") {
            label + " "
            HTML("select", ["class": cssClass]) {
                for option in options { HTML("option", ["value": option.value]) { option.text } }
            }
        }
    }

    private func checkbox(_ label: String, class cssClass: String) -> HTML {
        HTML("label") {
            HTML("input", ["type": "checkbox", "class": cssClass])
            " " + label
        }
    }

    private func card(_ item: GalleryItem) -> HTML {
        let label = item.isAnomalous.map { $0 ? "a" : "n" } ?? ""
        return HTML(
            "li",
            [
                "data-s": "\(item.score)", "data-l": label, "data-k": kinds.firstIndex(of: item.kind).map(String.init),
                "data-c": item.confidence.map { "\($0)" }, "data-u": item.isUncertain ? "1" : nil,
                "class": item.isMiss ? "miss" : nil,
            ]
        ) {
            HTML("div", ["class": "pictures"]) {
                item.input.html("Input")
                if let picture = item.expected { picture.html(item.expectedLabel) }
                item.overlay.html("Anomaly map")
                if let groundTruth = item.groundTruth { groundTruth.html("Ground truth") }
            }
            HTML("p") {
                HTML("bdi") { item.name }
                HTML("i") { item.isMiss ? item.isAnomalous == true ? "missed" : "false alarm" : "" }
                HTML("span") { "score \(NumberText.significant(Double(item.score)))" }
                if let normalised = item.normalizedScore {
                    HTML("span") { "normalised \(NumberText.significant(Double(normalised)))" }
                }
                if let verdict = item.verdict { HTML("span", ["class": "verdict"]) { verdict } }
                if let confidence = item.confidence {
                    HTML("span", ["class": "confidence"]) {
                        "confidence \(NumberText.fixed(confidence, decimals: 2))"
                        if item.isUncertain { HTML("b") { " uncertain" } }
                    }
                }
            }
            if !item.regions.isEmpty {
                HTML("details", ["class": "lineage"]) {
                    HTML("summary") { counted(item.regionCount, "region") }
                    HTML("ol") { for region in item.regions { HTML("li") { region.text } } }
                    if item.regionCount > item.regions.count { HTML("p") { "and more in regions.csv" } }
                }
            }
            if !item.lineage.isEmpty {
                HTML("details", ["class": "lineage"]) {
                    HTML("summary") { "Lineage" }
                    HTML.facts(item.lineage)
                }
            }
        }
    }
}
