/// Whether some images look like the normal images that a model was made from.
struct DriftSection {
    /// What is compared with normal images.
    enum Tested {
        /// Test images of a run.
        case test
        /// Images that came in since.
        case new
    }

    let measures: [DriftMeasure]
    var tested = Tested.test

    func render() -> HTML {
        guard let first = measures.first else { return .empty }
        return HTML("details", ["class": "drift", "open": measures.contains(where: \.isChange) ? "" : nil]) {
            HTML("summary") {
                HTML("h3") { "Drift of the images" }
                HTML("span", ["class": "digest"]) { digest }
            }
            HTML("p", ["class": "note"]) {
                "Appearance of \(NumberText.plural(first.normal.count, "normal image", "normal images")) of "
                    + (tested == .test ? "training and calibration" : "the base set") + ", in the upper rows, against "
                    + (tested == .test
                        ? NumberText.plural(first.tested.count, "test image", "test images")
                            + " that nobody has called anomalous"
                        : NumberText.plural(first.tested.count, "new image", "new images"))
                    + ", in the lower ones. By the two-sample test of Kolmogorov and Smirnov, corrected after Holm for all tests "
                    + "of this report; a chance below \(DriftMeasure.level) counts as a change."
            }
            HTML.scrolling("Drift of the images", table)
        }
    }

    private var digest: String {
        let changed = measures.filter(\.isChange).map { $0.name.lowercased() }
        return changed.isEmpty ? "no sign of a change" : "changed: " + changed.joined(separator: ", ")
    }

    private var table: HTML {
        HTML("table", ["class": "drift-table"]) {
            HTML("thead") {
                HTML("tr") {
                    for heading in [
                        "Measure", "Median, normal", tested == .test ? "Median, tested" : "Median, new", "Distance",
                        "Chance",
                    ] {
                        HTML("th", ["scope": "col"]) { heading }
                    }
                    HTML("th", ["scope": "col", "class": "text"]) { "Images" }
                }
            }
            HTML("tbody") { for measure in measures { row(measure) } }
        }
    }

    private func row(_ measure: DriftMeasure) -> HTML {
        HTML("tr", ["class": measure.isChange ? "changed" : nil]) {
            HTML("th", ["scope": "row", "title": measure.meaning]) { measure.name }
            HTML("td") { Self.median(measure.normal).map(NumberText.significant) ?? NumberText.missing }
            HTML("td") { Self.median(measure.tested).map(NumberText.significant) ?? NumberText.missing }
            HTML("td") { NumberText.fixed(measure.distance, decimals: 2) }
            HTML("td") {
                measure.probability < 0.0001 ? "< 0.0001" : NumberText.fixed(measure.probability, decimals: 4)
            }
            HTML("td", ["class": "text"]) {
                StripChart(
                    first: measure.normal, second: measure.tested,
                    summary: "\(measure.name) of each image: normal images above, "
                        + (tested == .test ? "test images below" : "new images below")
                ).render()
            }
        }
    }

    private static func median(_ values: [Double]) -> Double? {
        let sorted = values.filter(\.isFinite).sorted()
        guard !sorted.isEmpty else { return nil }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
