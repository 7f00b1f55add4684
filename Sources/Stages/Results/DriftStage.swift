import AnomalyDetection
import ContentStore
import Pipeline
import Reports
import Statistics

/// Compares the appearance of the test images with the model's normal images, to detect changes of camera or light.
/// Known anomalous images are omitted, because defects change the appearance too. The result is for people only; no
/// parameter depends on it.
///
/// Inputs: normal images as `training` and `heldout`, or as ingested lists `normal.N`. The model's scores of normal
/// images that it was not trained on (`usual.N`) and of test images (`scores.N`) are compared too.
package struct DriftStage: Stage {
    package static let name = "drift"
    /// History: 2 = within the region of interest; 1 = first.
    package static let version = 2

    package init() {}

    package var outputs: [String] { ["drift.json"] }

    package func run(_ context: TaskContext) throws {
        var normal: [Image] = []
        for input in ["training", "heldout"] where context.hasInput(input) {
            normal += try context.readJSON(TrainingIndex.self, input).entries.map {
                Image(pixels: $0.pixels, region: $0.region)
            }
        }
        for input in context.inputs(startingWith: "normal.") {
            normal += try context.readJSON(ImageIndex.self, input).entries.compactMap(Image.init)
        }
        var tested: [Image] = []
        for input in context.inputs(startingWith: "images") {
            tested += try context.readJSON(ImageIndex.self, input).entries.filter { $0.isAnomalous != true }
                .compactMap(Image.init)
        }
        var done = 0
        func appearances(_ images: [Image]) throws -> [ImageAppearance] {
            try images.map { image in
                try context.checkCancellation()
                done += 1
                context.progress(done, of: normal.count + tested.count, unit: "images")
                return ImageAppearance(
                    try context.image(image.pixels, region: image.region, name: image.pixels.short))
            }
        }
        var record = DriftRecord(normal: try appearances(normal), tested: try appearances(tested))
        func scores(_ prefix: String) throws -> [Double]? {
            let inputs = context.inputs(startingWith: prefix)
            if inputs.isEmpty { return nil }
            return try inputs.flatMap { try context.readJSON(ScoreIndex.self, $0).entries }
                .map { Double($0.normalizedScore) }
        }
        (record.normalScores, record.testedScores) = (try scores("usual."), try scores("scores."))
        try context.writeJSON(record, to: "drift.json")
    }
}

/// The digests of an image and of its region of interest.
private struct Image {
    var pixels: Digest
    var region: Digest?

    init(pixels: Digest, region: Digest?) { (self.pixels, self.region) = (pixels, region) }

    /// Nil for an unusable file.
    init?(_ entry: ImageIndex.Entry) {
        guard let pixels = entry.pixels else { return nil }
        self.init(pixels: pixels, region: entry.region)
    }
}

/// `drift.json`.
package struct DriftRecord: Codable, Equatable {
    package var normal, tested: [ImageAppearance]
    /// Normalised scores: 0 for the median normal image, 1 for the threshold; nil without a model.
    package var normalScores, testedScores: [Double]?
}

/// The drift tests of one category. Their p-values are corrected over all categories of a report.
package struct DriftTest {
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

    package init(_ record: DriftRecord) {
        var samples = Self.measures.map { measure in
            Samples(
                name: measure.name, meaning: measure.meaning, normal: record.normal.map(measure.value),
                tested: record.tested.map(measure.value))
        }
        if let normal = record.normalScores, let tested = record.testedScores {
            samples.append(
                Samples(
                    name: "Score",
                    meaning:
                        "0 for the median normal image, 1 at the threshold, or less if held-out scores hardly differ",
                    normal: normal, tested: tested))
        }
        self.samples = samples.filter { !$0.normal.isEmpty && !$0.tested.isEmpty }
        tests = self.samples.map { KolmogorovSmirnov($0.normal, $0.tested) }
    }

    /// The measures of each category, with Holm-corrected p-values.
    package static func measures(_ categories: [DriftTest]) -> [[DriftMeasure]] {
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
