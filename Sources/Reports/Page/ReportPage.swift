/// The page that shows what a run found: one HTML file that needs no network and no other file.
public struct ReportPage {
    /// With more categories than this, their sections start closed and the table of figures leads to them.
    private static let openCategoryLimit = 4

    /// The whole page as UTF-8 text. Equal reports give equal text.
    ///
    /// Strings of the report are shown as they are; nothing in them is taken for markup. The page forbids itself any
    /// network access by a content security policy, and works without script except for its controls.
    public static func render(_ report: RunReport) -> String {
        let isOpen = report.categories.count <= openCategoryLimit
        let page = HTML("html", ["lang": "en"]) {
            head(title: report.title)
            HTML("body") {
                HTML("a", ["class": "skip", "href": "#figures"]) { "Skip to the figures" }
                HTML("main") {
                    HeaderSection(report: report).render()
                    OverviewSection(report: report).render()
                    if report.categories.count > 1 {
                        HTML("p", ["class": "controls", "hidden": ""]) {
                            HTML("button", ["type": "button", "class": "open-all"]) { "Open all categories" }
                            HTML("button", ["type": "button", "class": "close-all"]) { "Close all" }
                        }
                    }
                    for (index, category) in report.categories.enumerated() {
                        CategorySection(
                            category: category, identifier: CategorySection.identifier(at: index), isOpen: isOpen
                        )
                        .render()
                    }
                    ClosingSections(report: report).render()
                }
                HTML("script") { embedded(PackageResources.report_js) }
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    static func head(title: String) -> HTML {
        let policy =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
            + "base-uri 'none'; form-action 'none'"
        return HTML("head") {
            HTML("meta", ["charset": "utf-8"])
            HTML("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
            HTML("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            HTML("meta", ["name": "color-scheme", "content": "light dark"])
            HTML("title") { title }
            HTML("style") { embedded(PackageResources.report_css) }
        }
    }

    private static func embedded(_ file: [UInt8]) -> HTML {
        .trusted(String(decoding: file, as: UTF8.self))
    }
}
