/// The end of the page: warnings, the manifest, and what made the page.
struct ClosingSections {
    let report: RunReport

    func render() -> HTML {
        .fragment([warnings, manifest, companions, generatedBy])
    }

    private var companions: HTML {
        guard !report.companions.isEmpty else { return .empty }
        return HTML("p", ["class": "note"]) {
            "Beside this page: "
            for (index, fact) in report.companions.enumerated() {
                if index > 0 { " · " }
                HTML("a", ["href": fact.value]) { fact.label }
            }
        }
    }

    private var warnings: HTML {
        guard !report.warnings.isEmpty else { return .empty }
        return HTML("section", ["id": "warnings"]) {
            HTML("h2") { "Warnings" }
            HTML("ul", ["class": "warnings"]) {
                for warning in report.warnings { HTML("li") { warning } }
            }
        }
    }

    private var manifest: HTML {
        guard !report.manifest.isEmpty else { return .empty }
        return HTML("section") {
            HTML("details", ["class": "manifest"]) {
                HTML("summary") { HTML("h2") { "Manifest" } }
                HTML("pre", ["tabindex": "0"]) { report.manifest }
            }
        }
    }

    private var generatedBy: HTML {
        guard !report.generatedBy.isEmpty else { return .empty }
        return HTML("footer") {
            for (index, fact) in report.generatedBy.enumerated() {
                if index > 0 { " · " }
                "\(fact.label) \(fact.value)"
            }
        }
    }
}
