/// What is known of a model without labels, folded away below the pictures that people look at first.
struct AssessmentSection {
    let assessment: AssessmentReport

    func render() -> HTML {
        HTML("details", ["class": "assessment"]) {
            HTML("summary") {
                HTML("h3") { "Without labels" }
                HTML("span", ["class": "digest"]) { "criterion \(NumberText.fraction(assessment.criterion))" }
            }
            HTML("p", ["class": "note"]) {
                "Measured on held-out normal images: synthetic defects in them, changes of the camera, and how nearly the "
                    + "network is a projection onto normal images. No test image takes part."
            }
            table(
                ["Synthetic defects", "Samples", "Image AUROC", "Pixel AUROC", "Pixel AP"],
                assessment.kinds.map { kind in
                    [
                        kind.name, "\(kind.samples)", NumberText.fraction(kind.imageAUROC),
                        NumberText.fraction(kind.pixelAUROC), NumberText.fraction(kind.pixelAP),
                    ]
                })
            table(
                ["Change of the camera", "Shift of the score", "False alarms", "Image AUROC of defects"],
                assessment.changes.map { change in
                    [
                        change.label, NumberText.fixed(change.scoreShift, decimals: 2),
                        NumberText.fixed(100 * change.falseAlarms, decimals: 0) + " %",
                        NumberText.fraction(change.imageAUROC),
                    ]
                })
            table(
                ["Projection", "After training", "Before"],
                assessment.projection.map {
                    [$0.label, NumberText.fixed($0.after, decimals: 4), NumberText.fixed($0.before, decimals: 4)]
                })
        }
    }

    private func table(_ headings: [String], _ rows: [[String]]) -> HTML {
        HTML("table", ["class": "figures"]) {
            HTML("thead") { HTML("tr") { for heading in headings { HTML("th", ["scope": "col"]) { heading } } } }
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
}
