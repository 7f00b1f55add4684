/// The top of the page: what ran, and the few figures that matter most.
struct HeaderSection {
    let report: RunReport

    func render() -> HTML {
        HTML("header") {
            HTML("h1") { report.title }
            if let description = report.description { HTML("p", ["class": "lead"]) { description } }
            if !keyFigures.isEmpty {
                HTML("dl", ["class": "key-figures"]) {
                    for fact in keyFigures { row(fact) }
                }
            }
            if !report.warnings.isEmpty {
                HTML("p", ["class": "warning"]) {
                    HTML("a", ["href": "#warnings"]) {
                        NumberText.plural(report.warnings.count, "warning", "warnings")
                    }
                }
            }
            if !report.summary.isEmpty {
                HTML("dl", ["class": "facts"]) {
                    for fact in report.summary { row(fact) }
                }
            }
        }
    }

    private var keyFigures: [Fact] {
        let mean = report.mean ?? (report.categories.count == 1 ? report.categories[0].metrics : nil)
        let prefix = report.categories.count > 1 ? "Mean image" : "Image"
        var facts: [Fact] = []
        if let auroc = mean?.imageAUROC {
            facts.append(Fact(label: "\(prefix) AUROC", value: NumberText.fraction(auroc)))
        }
        if let auroc = mean?.pixelAUROC {
            let label = report.categories.count > 1 ? "Mean pixel AUROC" : "Pixel AUROC"
            facts.append(Fact(label: label, value: NumberText.fraction(auroc)))
        }
        let total = report.categories.compactMap(\.confusion).reduce(ConfusionCounts(), +)
        let anomalous = total.falseNegatives + total.truePositives
        let normal = total.falsePositives + total.trueNegatives
        if anomalous > 0 {
            facts.append(Fact(label: "Anomalous images missed", value: "\(total.falseNegatives) of \(anomalous)"))
        }
        if normal > 0 {
            facts.append(Fact(label: "False alarms on normal images", value: "\(total.falsePositives) of \(normal)"))
        }
        let uncertain = report.categories.compactMap(\.uncertainCount).reduce(0, +)
        if uncertain > 0 { facts.append(Fact(label: "Uncertain verdicts", value: "\(uncertain)")) }
        return facts
    }

    private func row(_ fact: Fact) -> HTML {
        HTML("div") {
            HTML("dt") { fact.label }
            HTML("dd") { fact.value }
        }
    }
}
