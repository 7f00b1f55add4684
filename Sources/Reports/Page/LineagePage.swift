/// The page that shows what results were made from: a graph to zoom, move and search, with what is known of each box.
public struct LineagePage {
    private static let boxWidth = 190.0, boxHeight = 46.0, columnWidth = 250.0, rowHeight = 66.0, margin = 24.0
    /// So much of a name fits into a box.
    private static let titleLength = 28

    /// The whole page as UTF-8 text; works without a network, and without script but for its controls.
    public static func render(_ diagram: LineageDiagram) -> String {
        let layout = LayeredLayout(count: diagram.nodes.count, edges: diagram.edges)
        let page = HTML("html", ["lang": "en"]) {
            ReportPage.head(title: diagram.title)
            HTML("body", ["class": "wide"]) {
                HTML("style") { .trusted(String(decoding: PackageResources.lineage_css, as: UTF8.self)) }
                HTML("main") {
                    HeaderSection(
                        report: RunReport(
                            title: diagram.title, description: diagram.description, summary: diagram.facts)
                    ).render()
                    HTML("section", ["class": "provenance"]) {
                        controls(diagram.nodes.count)
                        HTML("div", ["class": "provenance-columns"]) {
                            HTML(
                                "div",
                                [
                                    "class": "provenance-graph", "tabindex": "0", "role": "region",
                                    "aria-label": "Graph of the lineage",
                                ]
                            ) {
                                graph(diagram, layout)
                            }
                            HTML("div", ["class": "provenance-details", "aria-live": "polite"]) {
                                HTML("p", ["class": "note hint"]) {
                                    "Choose a box to see what is known of it, and what it was made from. Names and digests of images "
                                        + "are found by the search."
                                }
                                for (number, node) in diagram.nodes.enumerated() { details(node, number) }
                            }
                        }
                    }
                }
                HTML("script") { .trusted(String(decoding: PackageResources.lineage_js, as: UTF8.self)) }
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    private static func controls(_ count: Int) -> HTML {
        HTML("div", ["class": "provenance-controls"]) {
            HTML("label") {
                "Search "
                HTML(
                    "input",
                    ["type": "search", "class": "provenance-search", "placeholder": "a task, an image, a digest"])
            }
            HTML("button", ["type": "button", "class": "zoom-in", "aria-label": "Larger"]) { "+" }
            HTML("button", ["type": "button", "class": "zoom-out", "aria-label": "Smaller"]) { "\u{2212}" }
            HTML("button", ["type": "button", "class": "zoom-fit"]) { "All" }
            HTML("output", ["class": "provenance-found"]) { "\(count) boxes" }
        }
    }

    /// Steps follow each other to the right; where few lie beside each other, downwards.
    private static func graph(_ diagram: LineageDiagram, _ layout: LayeredLayout) -> HTML {
        let isDownwards = Double(layout.rows) * rowHeight * 2 < Double(layout.columns) * columnWidth
        let (across, along) = isDownwards ? (layout.rows, layout.columns) : (layout.columns, layout.rows)
        let step = isDownwards ? (x: boxWidth + 36, y: boxHeight + 40) : (x: columnWidth, y: rowHeight)
        let width = 2 * margin + Double(max(across, 1) - 1) * step.x + boxWidth
        let height = 2 * margin + Double(max(along, 1) - 1) * step.y + boxHeight
        func corner(_ node: Int) -> (x: Double, y: Double) {
            let place = layout.places[node]
            let (column, row) = isDownwards ? (place.row, place.column) : (place.column, place.row)
            return (margin + column * step.x, margin + row * step.y)
        }
        func curve(_ from: (x: Double, y: Double), _ to: (x: Double, y: Double)) -> String {
            if isDownwards {
                let (x, y, endX) = (from.x + boxWidth / 2, from.y + boxHeight, to.x + boxWidth / 2)
                let bend = (to.y - y) / 2
                return "M\(x) \(y) C\(x) \(y + bend) \(endX) \(to.y - bend) \(endX) \(to.y)"
            }
            let (x, y, endY) = (from.x + boxWidth, from.y + boxHeight / 2, to.y + boxHeight / 2)
            let bend = (to.x - x) / 2
            return "M\(x) \(y) C\(x + bend) \(y) \(to.x - bend) \(endY) \(to.x) \(endY)"
        }
        let label = "\(diagram.nodes.count) boxes, \(diagram.edges.count) arrows"
        return HTML("svg", ["viewBox": "0 0 \(width) \(height)", "role": "img", "aria-label": label]) {
            for edge in diagram.edges {
                HTML(
                    "path",
                    [
                        "class": "edge", "data-from": "\(edge.from)", "data-to": "\(edge.to)",
                        "d": curve(corner(edge.from), corner(edge.to)),
                    ])
            }
            for (number, node) in diagram.nodes.enumerated() {
                let place = corner(number)
                HTML(
                    "g",
                    [
                        "class": "box \(node.kind.rawValue)", "data-node": "\(number)", "tabindex": "0",
                        "role": "button",
                        "transform": "translate(\(place.x) \(place.y))",
                    ]
                ) {
                    HTML("title") { node.title }
                    HTML(
                        "rect",
                        ["width": "\(boxWidth)", "height": "\(boxHeight)", "rx": node.kind == .files ? "22" : "5"])
                    HTML("text", ["x": "\(boxWidth / 2)", "y": "19"]) { shortened(node.title) }
                    HTML("text", ["x": "\(boxWidth / 2)", "y": "35", "class": "subtitle"]) { node.subtitle }
                }
            }
        }
    }

    private static func details(_ node: LineageDiagram.Node, _ number: Int) -> HTML {
        HTML("article", ["class": "provenance-item", "data-details": "\(number)", "hidden": ""]) {
            HTML("h2") { node.title }
            HTML("p", ["class": "note"]) { node.subtitle }
            for section in node.sections {
                HTML("h3") { section.heading }
                HTML("dl", ["class": "facts stacked"]) {
                    for fact in section.facts {
                        HTML("div") {
                            HTML("dt") { fact.label }
                            HTML("dd") { fact.value }
                        }
                    }
                }
            }
            if !node.members.isEmpty {
                // A box of files says itself how many there are.
                HTML("h3") {
                    node.kind == .files ? "Files" : NumberText.plural(node.members.count, "task", "tasks")
                }
                HTML("ol", ["class": "provenance-files"]) {
                    for member in node.members { HTML("li") { member } }
                }
            }
        }
    }

    /// The end of a long name tells more than its beginning.
    private static func shortened(_ title: String) -> String {
        title.count <= titleLength ? title : "\u{2026}" + title.suffix(titleLength - 1)
    }
}
