/// The page of a night: one HTML file that needs no network and no other file.
public struct NightPage {
    /// The whole page as UTF-8 text. Equal reports give equal text; strings of the report are never taken for markup.
    public static func render(_ report: NightReport) -> String {
        let page = HTML("html", ["lang": "en"]) {
            ReportPage.head(title: report.title)
            HTML("body") {
                HTML("main") {
                    HeaderSection(
                        report: RunReport(title: report.title, description: report.outcome, summary: report.facts)
                    ).render()
                    gate(report.criteria)
                    quarantine(report)
                    if !report.leftOut.isEmpty { leftOut(report.leftOut) }
                    if !report.drift.isEmpty {
                        HTML("section") {
                            HTML("h2") { "New images beside the base set" }
                            DriftSection(measures: report.drift, tested: .new).render()
                        }
                    }
                }
            }
        }
        return "<!DOCTYPE html>\n" + page.render() + "\n"
    }

    private static func gate(_ criteria: [NightReport.Criterion]) -> HTML {
        HTML("section") {
            HTML("h2") { "The gate" }
            if criteria.isEmpty {
                HTML("p", ["class": "empty"]) { "Nothing was trained, and nothing compared." }
            } else {
                HTML.scrolling(
                    "The gate",
                    HTML("table", ["class": "comparison"]) {
                        HTML("thead") {
                            HTML("tr") {
                                for heading in ["Criterion", "Before", "New", "Chance"] {
                                    HTML("th", ["scope": "col"]) { heading }
                                }
                                for heading in ["Worse if it", "Verdict"] {
                                    HTML("th", ["scope": "col", "class": "text"]) { heading }
                                }
                            }
                        }
                        HTML("tbody") { for criterion in criteria { row(criterion) } }
                    })
                HTML("p", ["class": "note"]) {
                    "All models on the same held-out normal images and the same synthetic defects in them; each is judged by "
                        + "its own threshold. The criterion is that of assessments, which needs none. The anchor is a model that "
                        + "stays the same from night to night; all other rows compare with the model in production."
                }
            }
        }
    }

    private static func row(_ criterion: NightReport.Criterion) -> HTML {
        HTML("tr") {
            HTML("th", ["scope": "row"]) { criterion.name }
            HTML("td") { NumberText.metric(criterion.former) }
            HTML("td", ["class": criterion.isWorse ? "marked" : nil]) { NumberText.metric(criterion.challenger) }
            HTML("td") { criterion.probability.map { NumberText.fixed($0, decimals: 4) } ?? NumberText.missing }
            HTML("td", ["class": "text"]) { criterion.rule }
            HTML("td", ["class": "text"]) { criterion.isWorse ? "worse" : "not worse" }
        }
    }

    private static func quarantine(_ report: NightReport) -> HTML {
        let suspects = report.suspects
        return HTML("section") {
            HTML("h2") { "Quarantine" }
            if suspects.isEmpty {
                HTML("p", ["class": "empty"]) { "No new image looked like a defect." }
            } else {
                HTML("p", ["class": "note"]) {
                    "New images that the model in production takes for defects, with its map over them; the score is 1 at its "
                        + "threshold. They are not trained on unless somebody accepts them."
                        + (suspects.count < report.suspectCount
                            ? " The \(suspects.count) highest scores of \(report.suspectCount)." : "")
                }
                HTML("ul", ["class": "suspects"]) { for suspect in suspects { item(suspect) } }
            }
        }
    }

    private static func item(_ suspect: NightReport.Suspect) -> HTML {
        HTML("li") {
            if let picture = suspect.picture { picture.html("Map over \(suspect.file)") }
            HTML("div") { HTML("bdi") { "\(suspect.number): \(suspect.file)" } }
            HTML("div", ["class": "note"]) {
                "score \(suspect.score.map { NumberText.fixed($0, decimals: 2) } ?? NumberText.missing), "
                    + (suspect.decision ?? "waits for a decision")
            }
        }
    }

    private static func leftOut(_ rows: [[String]]) -> HTML {
        HTML("section") {
            HTML("h2") { "Left out" }
            HTML.scrolling(
                "Left out",
                HTML("table") {
                    HTML("thead") {
                        HTML("tr") {
                            for heading in ["Image", "Why"] {
                                HTML("th", ["scope": "col", "class": "text"]) { heading }
                            }
                        }
                    }
                    HTML("tbody") {
                        for row in rows {
                            HTML("tr") { for text in row { HTML("td", ["class": "text"]) { HTML("bdi") { text } } } }
                        }
                    }
                })
        }
    }
}
