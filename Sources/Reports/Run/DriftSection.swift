import Wording

/// One measure of image appearance, on the normal images of a model and on the images tested with it.
public struct DriftMeasure: Sendable, Equatable {
    public var name: String
    /// A short explanation.
    public var meaning: String
    /// One value per image, in any order.
    public var normal, tested: [Double]
    /// The largest distance between the two empirical distributions, 0 to 1.
    public var distance: Double
    /// The p-value, corrected for the number of tests in the report.
    public var probability: Double

    /// The significance level of a change.
    public static let level = 0.01

    public var isChange: Bool { probability < Self.level }

    public init(
        name: String, meaning: String, normal: [Double], tested: [Double], distance: Double, probability: Double
    ) {
        (self.name, self.meaning, self.normal, self.tested) = (name, meaning, normal, tested)
        (self.distance, self.probability) = (distance, probability)
    }
}

/// The comparison of images with the normal images that a model was made from.
struct DriftSection {
    enum Tested {
        /// Test images of a run.
        case test
        /// Images that arrived since.
        case new
    }

    let measures: [DriftMeasure]
    var tested = Tested.test

    func render() -> HTML {
        guard let first = measures.first else { return .empty }
        return HTML("details", ["class": "drift", "open": measures.contains(where: \.isChange) ? "" : nil]) {
            HTML("summary") {
                HTML("h3") { "Image drift" }
                HTML("span", ["class": "digest"]) { digest }
            }
            HTML("p", ["class": "note"]) { note(first) }
            HTML.scrolling("Image drift", table)
        }
    }

    private func note(_ first: DriftMeasure) -> String {
        let normal = counted(first.normal.count, "normal image")
        let rows =
            switch tested {
            case .test:
                "\(normal) from training and calibration; lower rows: "
                    + counted(first.tested.count, "test image") + " not labelled anomalous"
            case .new:
                "\(normal) of the base set; lower rows: "
                    + counted(first.tested.count, "new image")
            }
        return "Upper rows: \(rows). Two-sample Kolmogorov-Smirnov tests with Holm correction over all tests of this "
            + "report; p < \(DriftMeasure.level) counts as a change."
    }

    private var digest: String {
        let changed = measures.filter(\.isChange).map { $0.name.lowercased() }
        return changed.isEmpty ? "no change detected" : "changed: " + changed.joined(separator: ", ")
    }

    private var table: HTML {
        HTML("table", ["class": "drift-table"]) {
            HTML.tableHead(
                [
                    "Measure", "Median, normal", tested == .test ? "Median, tested" : "Median, new", "Distance",
                    "p-value",
                ],
                texts: ["Images"])
            HTML("tbody") { for measure in measures { row(measure) } }
        }
    }

    private func row(_ measure: DriftMeasure) -> HTML {
        HTML("tr", ["class": measure.isChange ? "changed" : nil]) {
            HTML("th", ["scope": "row", "title": measure.meaning]) { measure.name }
            HTML("td") { Self.median(measure.normal).map(NumberText.significant) ?? NumberText.missing }
            HTML("td") { Self.median(measure.tested).map(NumberText.significant) ?? NumberText.missing }
            HTML("td") { NumberText.fixed(measure.distance, decimals: 2) }
            HTML("td") { NumberText.probability(measure.probability) }
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
