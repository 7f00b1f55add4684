/// Pictures of single images: what came in, what the model made of it, where they differ, and the ground truth.
struct GallerySection {
    private let items: [GalleryItem]
    /// Ascending; the cards refer to their kind by its index.
    private let kinds: [String]

    init(items: [GalleryItem], threshold: Float?) {
        self.items = GalleryOrder.worstFirst(items, threshold: threshold)
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
        var legend = "Left to right: input, reconstruction, anomaly map"
        if items.contains(where: { $0.groundTruth != nil }) { legend += ", ground truth" }
        if items.contains(where: { $0.normalizedScore != nil }) {
            legend += ". Normalised scores are 0 for the median held-out normal image and 1 at the threshold"
        }
        if hasConfidence {
            legend += ". Confidence is the chance that other held-out images would have led to the same verdict"
        }
        return legend + "."
    }

    /// Hidden until the script that serves them runs.
    private var controls: HTML {
        HTML("div", ["class": "controls", "hidden": ""]) {
            HTML("label") {
                "Order "
                HTML("select", ["class": "sort"]) {
                    if isLabelled { HTML("option", ["value": "misses"]) { "worst misses first" } }
                    HTML("option", ["value": "descending"]) { "highest score first" }
                    HTML("option", ["value": "ascending"]) { "lowest score first" }
                    if hasConfidence { HTML("option", ["value": "confidence"]) { "least sure first" } }
                    HTML("option", ["value": "name"]) { "name" }
                }
            }
            HTML("label") {
                "Kind "
                HTML("select", ["class": "kind"]) {
                    HTML("option", ["value": ""]) { "all" }
                    for (index, kind) in kinds.enumerated() { HTML("option", ["value": "\(index)"]) { kind } }
                }
            }
            if isLabelled {
                HTML("label") {
                    "Ground truth "
                    HTML("select", ["class": "label"]) {
                        HTML("option", ["value": ""]) { "all" }
                        HTML("option", ["value": "n"]) { "normal" }
                        HTML("option", ["value": "a"]) { "anomalous" }
                    }
                }
                HTML("label") {
                    HTML("input", ["type": "checkbox", "class": "missed"])
                    " wrong verdicts only"
                }
            }
            if hasConfidence {
                HTML("label") {
                    HTML("input", ["type": "checkbox", "class": "uncertain"])
                    " uncertain verdicts only"
                }
            }
            HTML("output", ["class": "shown", "aria-live": "polite"]) {
                "\(items.count) of \(items.count)"
            }
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
                item.reconstruction.html("Reconstruction")
                item.overlay.html("Anomaly map")
                if let groundTruth = item.groundTruth { groundTruth.html("Ground truth") }
            }
            HTML("p") {
                HTML("bdi") { item.name }
                HTML("i") { missTag(item) }
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
            lineage(item)
        }
    }

    private func lineage(_ item: GalleryItem) -> HTML {
        guard !item.lineage.isEmpty else { return .empty }
        return HTML("details", ["class": "lineage"]) {
            HTML("summary") { "Lineage" }
            HTML("dl") {
                for fact in item.lineage {
                    HTML("div") {
                        HTML("dt") { fact.label }
                        HTML("dd") { fact.value }
                    }
                }
            }
        }
    }

    private func missTag(_ item: GalleryItem) -> String {
        guard item.isMiss else { return "" }
        return item.isAnomalous == true ? "missed" : "false alarm"
    }
}
