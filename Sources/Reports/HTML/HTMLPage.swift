/// A labelled value, such as "Images scored: 83".
public struct Fact: Codable, Sendable, Equatable {
    public var label: String
    public var value: String

    public init(label: String, value: String) {
        self.label = label
        self.value = value
    }
}

/// A self-contained page: one HTML file that needs no network and no other file.
///
/// A content security policy forbids network access. Without scripts only the controls are missing. Equal content
/// renders to equal bytes.
struct HTMLPage {
    var title: String
    var description: String?
    /// Listed below the title.
    var facts: [Fact] = []
    var bodyClass: String?
    /// Rules of this page, after those of report.css.
    var style: String?
    /// Markup before and after the main part.
    var before = HTML.empty
    var after = HTML.empty

    /// Returns the page as UTF-8 text.
    ///
    /// - Parameters:
    ///   - heading: the visible title, if it differs from the document's.
    ///   - highlights: markup between the description and the facts.
    ///   - content: the page below the header.
    func render(heading: String? = nil, highlights: HTML = .empty, @HTMLBuilder content: () -> HTML) -> String {
        let page = HTML("html", ["lang": "en"]) {
            head
            HTML("body", ["class": bodyClass]) {
                before
                HTML("main") {
                    HTML("header") {
                        HTML("h1") { heading ?? title }
                        if let description { HTML("p", ["class": "lead"]) { description } }
                        highlights
                        if !facts.isEmpty { HTML.facts(facts, class: "facts") }
                    }
                    content()
                }
                after
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    private var head: HTML {
        let policy =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            + "base-uri 'none'; form-action 'none'"
        return HTML("head") {
            HTML("meta", ["charset": "utf-8"])
            HTML("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
            HTML("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            HTML("meta", ["name": "color-scheme", "content": "light dark"])
            HTML("title") { title }
            HTML("style") { .trusted(PackageResources.report_css) }
            if let style { HTML("style") { .trusted(Array(style.utf8)) } }
        }
    }
}

extension HTML {
    /// A definition list.
    static func facts(_ facts: [Fact], class cssClass: String? = nil) -> HTML {
        HTML("dl", ["class": cssClass]) {
            for fact in facts {
                HTML("div") {
                    HTML("dt") { fact.label }
                    HTML("dd") { fact.value }
                }
            }
        }
    }

    /// A scrollable box for content that may be wider than the page. The keyboard scrolls it too.
    /// - Parameter label: the name that a screen reader announces.
    static func scrolling(_ label: String, _ content: HTML) -> HTML {
        HTML("div", ["class": "scrolling", "role": "region", "aria-label": label, "tabindex": "0"]) { content }
    }

    /// A table whose first column names the rows.
    static func table(class cssClass: String? = nil, _ headings: [String], _ rows: [[String]]) -> HTML {
        HTML("table", ["class": cssClass]) {
            tableHead(headings)
            HTML("tbody") {
                for row in rows {
                    HTML("tr") {
                        HTML("th", ["scope": "row"]) { row[0] }
                        for cell in row.dropFirst() { HTML("td") { cell } }
                    }
                }
            }
        }
    }

    /// A table of left-aligned texts.
    static func textTable(_ headings: [String], _ rows: [[String]]) -> HTML {
        HTML("table") {
            tableHead([], texts: headings)
            HTML("tbody") {
                for row in rows {
                    HTML("tr") { for text in row { HTML("td", ["class": "text"]) { HTML("bdi") { text } } } }
                }
            }
        }
    }

    /// A row of column headings.
    /// - Parameter texts: the headings of left-aligned columns, which come last.
    static func tableHead(_ headings: [String], texts: [String] = []) -> HTML {
        HTML("thead") {
            HTML("tr") {
                for heading in headings { HTML("th", ["scope": "col"]) { heading } }
                for heading in texts { HTML("th", ["scope": "col", "class": "text"]) { heading } }
            }
        }
    }
}
