import Wording

/// The content of ``LineagePage``: steps and files as boxes, and edges from inputs to outputs.
public struct LineageDiagram: Sendable {
    public enum Kind: String, Sendable { case step, files, result }

    public struct Node: Sendable {
        public var kind: Kind
        public var title, subtitle: String
        /// Details in tables under headings.
        public var sections: [(heading: String, facts: [Fact])]
        /// One line per file (name and digest) or per task of a step. The search covers them.
        public var members: [String]

        public init(
            kind: Kind, title: String, subtitle: String, sections: [(heading: String, facts: [Fact])] = [],
            members: [String] = []
        ) {
            (self.kind, self.title, self.subtitle) = (kind, title, subtitle)
            (self.sections, self.members) = (sections, members)
        }
    }

    public var title, description: String
    public var facts: [Fact]
    public var nodes: [Node]
    /// Indices of a used node and its user.
    public var edges: [(from: Int, to: Int)]

    public init(title: String, description: String, facts: [Fact], nodes: [Node], edges: [(from: Int, to: Int)]) {
        (self.title, self.description, self.facts, self.nodes, self.edges) = (title, description, facts, nodes, edges)
    }
}

/// The page of a lineage graph: zoom, pan, search, and the details of each box.
public enum LineagePage {
    private static let boxWidth = 190.0, boxHeight = 46.0, columnWidth = 250.0, rowHeight = 66.0, margin = 24.0
    /// The number of characters that fit into a box.
    private static let titleLength = 28

    /// Returns the page as UTF-8 text. Without scripts, it shows the whole graph and no controls.
    public static func render(_ diagram: LineageDiagram) -> String {
        let layout = LayeredLayout(count: diagram.nodes.count, edges: diagram.edges)
        return HTMLPage(
            title: diagram.title, description: diagram.description, facts: diagram.facts, bodyClass: "wide",
            before: HTML("style") { .trusted(PackageResources.lineage_css) },
            after: HTML("script") { .trusted(PackageResources.lineage_js) }
        ).render {
            HTML("section", ["class": "provenance"]) {
                controls(diagram.nodes.count)
                HTML("div", ["class": "provenance-columns"]) {
                    HTML(
                        "div",
                        [
                            "class": "provenance-graph", "tabindex": "0", "role": "region",
                            "aria-label": "Lineage graph",
                        ]
                    ) {
                        graph(diagram, layout)
                    }
                    HTML("div", ["class": "provenance-details", "aria-live": "polite"]) {
                        HTML("p", ["class": "note hint"]) {
                            "Select a box to see its details and highlight its inputs and outputs. The search also finds "
                                + "names and digests of images."
                        }
                        for (number, node) in diagram.nodes.enumerated() { details(node, number) }
                    }
                }
            }
        }
    }

    private static func controls(_ count: Int) -> HTML {
        HTML("div", ["class": "provenance-controls"]) {
            HTML("label") {
                "Search "
                HTML(
                    "input",
                    ["type": "search", "class": "provenance-search", "placeholder": "a task, an image, a digest"])
            }
            HTML("button", ["type": "button", "class": "zoom-in", "aria-label": "Zoom in"]) { "+" }
            HTML("button", ["type": "button", "class": "zoom-out", "aria-label": "Zoom out"]) { "\u{2212}" }
            HTML("button", ["type": "button", "class": "zoom-fit"]) { "All" }
            HTML("output", ["class": "provenance-found"]) { "\(count) boxes" }
        }
    }

    /// Steps follow each other to the right, or downwards in a graph that is much longer than wide.
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
                HTML.facts(section.facts, class: "facts stacked")
            }
            if !node.members.isEmpty {
                // The title of a box of files includes their number.
                HTML("h3") {
                    node.kind == .files ? "Files" : counted(node.members.count, "task")
                }
                HTML("ol", ["class": "provenance-files"]) {
                    for member in node.members { HTML("li") { member } }
                }
            }
        }
    }

    /// Keeps the end of a long name, which is more specific than its beginning.
    private static func shortened(_ title: String) -> String {
        title.count <= titleLength ? title : "\u{2026}" + title.suffix(titleLength - 1)
    }
}
