/// A chart on the page: a heading with the legend, the drawing, and what belongs below it.
struct ChartFigure {
    struct LegendEntry {
        let name: String
        let ink: ChartInk
        let mark: Mark
    }

    /// The shape of a mark; the legend's swatch looks like it.
    enum Mark {
        case line
        case bar
        case rug
        case band
    }

    let title: String
    let legend: [LegendEntry]

    func render(drawing: HTML, below: HTML = .empty) -> HTML {
        HTML("figure", ["class": "chart"]) {
            HTML("figcaption") {
                HTML("b") { title }
                for entry in legend { swatch(entry) }
            }
            drawing
            below
        }
    }

    /// The figure where there is nothing to draw; `reason` says why.
    func renderEmpty(_ reason: String) -> HTML {
        HTML("figure", ["class": "chart"]) {
            HTML("figcaption") { HTML("b") { title } }
            HTML("p", ["class": "empty"]) { reason }
        }
    }

    private func swatch(_ entry: LegendEntry) -> HTML {
        HTML("span", ["class": "legend"]) {
            HTML("svg", ["class": "swatch", "viewBox": "0 0 26 12", "aria-hidden": "true"]) {
                switch entry.mark {
                case .line: HTML("path", ["class": "curve \(entry.ink.cssClass)", "d": "M0 6H26"])
                case .bar:
                    HTML(
                        "rect",
                        ["class": "bar \(entry.ink.cssClass)", "x": "6", "y": "1", "width": "14", "height": "10"])
                case .band: HTML("rect", ["class": "band", "x": "4", "y": "0", "width": "18", "height": "12"])
                case .rug: HTML("path", ["class": "rug \(entry.ink.cssClass)", "d": "M6 2v8M11 2v8M14 2v8M20 2v8"])
                }
            }
            entry.name
        }
    }
}
