import AnomalyDetection
import Reports
import Statistics

/// The drift tests of one category. Their p-values are corrected over all categories of a report.
struct DriftTest {
    private struct Measure {
        var name, meaning: String
        var value: @Sendable (ImageAppearance) -> Double
    }

    private struct Samples {
        var name, meaning: String
        var normal, tested: [Double]
    }

    private static let measures = [
        Measure(name: "Brightness", meaning: "mean luma, 0 to 1", value: { $0.brightness }),
        Measure(name: "Contrast", meaning: "standard deviation of the luma", value: { $0.contrast }),
        Measure(name: "Warmth", meaning: "mean of red less mean of blue", value: { $0.warmth }),
        Measure(name: "Saturation", meaning: "mean of the largest less the smallest channel", value: { $0.saturation }),
        Measure(
            name: "Sharpness", meaning: "deviation of the luma's Laplacian over that of the luma",
            value: { $0.sharpness }),
    ]

    /// Empty if either set has no images.
    private let samples: [Samples]
    private let tests: [KolmogorovSmirnov]

    init(_ record: DriftRecord) {
        var samples = Self.measures.map { measure in
            Samples(
                name: measure.name, meaning: measure.meaning, normal: record.normal.map(measure.value),
                tested: record.tested.map(measure.value))
        }
        if let normal = record.normalScores, let tested = record.testedScores {
            samples.append(
                Samples(
                    name: "Score", meaning: "0 for the median normal image, 1 at the threshold", normal: normal,
                    tested: tested))
        }
        self.samples = samples.filter { !$0.normal.isEmpty && !$0.tested.isEmpty }
        tests = self.samples.map { KolmogorovSmirnov($0.normal, $0.tested) }
    }

    /// The measures of each category, with Holm-corrected p-values.
    static func measures(_ categories: [DriftTest]) -> [[DriftMeasure]] {
        let adjusted = HolmCorrection.adjusted(categories.flatMap { $0.tests.map(\.probability) })
        var next = 0
        return categories.map { category in
            zip(category.samples, category.tests).map { samples, test in
                next += 1
                return DriftMeasure(
                    name: samples.name, meaning: samples.meaning, normal: samples.normal, tested: samples.tested,
                    distance: test.statistic, probability: adjusted[next - 1])
            }
        }
    }
}
