import AnomalyDetection
import Host
import Metrics
import Reports

/// `assessment.json`: what can be said of a model without a single label, from normal images that were held out of training.
struct Assessment: Codable, Sendable {
    /// How well synthetic defects of one kind, or of all, are told from what is normal.
    struct Detection: Codable, Equatable, Sendable {
        var samples: Int
        /// Of corrupted images against clean ones.
        var imageAUROC: Double?
        /// Of corrupted pixels against all others of corrupted and clean images.
        var pixelAUROC, pixelAP: Double?
    }

    /// What a change of the camera or its light does.
    struct Robustness: Codable, Equatable, Sendable {
        var change: CameraChange
        var label: String
        /// How far the score of a normal image moves, as the median over images, with 1 for the distance from the median normal
        /// image to the threshold.
        var scoreShift: Double
        /// Share of the changed normal images that score above the threshold.
        var falseAlarms: Double
        /// Of corrupted images that are changed likewise against changed clean ones.
        var imageAUROC: Double?
    }

    /// The higher, the better: the mean of the image AUROC and of the pixel average precision over the kinds of corruption, each kind
    /// counting alike. What a sweep ranks by.
    var criterion: Double
    var normalImages: Int
    /// Of the clean images and of the corrupted ones, in their order, with 0 for the median normal image and 1 for the threshold.
    var normalScores, defectScores: [Float]
    /// Share of the clean images that the model calls anomalous, and of the corrupted ones.
    var falseAlarms, recall: Double
    var detection: Detection
    /// By the name of the corruption model.
    var kinds: [String: Detection]
    var robustness: [Robustness]
    var projection, projectionBeforeTraining: ProjectionMeasures
}

/// Takes in the maps of clean and of corrupted images one at a time, and tells how well the two are told apart. No map is kept.
struct DefectTally {
    private var pixels: PixelMetricsAccumulator
    private var scores: [Float] = []
    private var labels: [Bool] = []

    /// - Parameters:
    ///   - expectedPixels: of all maps.
    ///   - tallies: how many there are at a time, which share the memory for ranking pixels.
    init(expectedPixels: Int, tallies: Int) throws {
        let memory = ProcessResources.current.cacheBytes(atMost: 1 << 30) / tallies
        pixels = try PixelMetricsAccumulator(
            options: PixelMetricsOptions(memoryLimitBytes: max(memory, 1 << 20)), expectedPixels: expectedPixels)
    }

    /// - Parameter mask: nil for a clean image.
    mutating func add(_ detection: Detection, mask: [UInt8]?) throws {
        try pixels.add(
            LabelledMap(
                name: "", width: detection.map.width, height: detection.map.height, values: detection.map.values,
                mask: mask, isAnomalous: mask != nil))
        scores.append(detection.score)
        labels.append(mask != nil)
    }

    /// To be asked once, at the end.
    mutating func detection() throws -> Assessment.Detection {
        let ranked = try pixels.result()
        return Assessment.Detection(
            samples: labels.count(where: \.self), imageAUROC: try RankMetrics.auroc(scores: scores, labels: labels),
            pixelAUROC: ranked.pixelAUROC, pixelAP: ranked.pixelAP)
    }
}

extension AssessmentReport {
    /// An assessment in the words of the report.
    init(_ assessment: Assessment) {
        func kind(_ name: String, _ detection: Assessment.Detection) -> Kind {
            Kind(
                name: name, samples: detection.samples, imageAUROC: detection.imageAUROC,
                pixelAUROC: detection.pixelAUROC, pixelAP: detection.pixelAP)
        }
        let (after, before) = (assessment.projection, assessment.projectionBeforeTraining)
        func measure(_ label: String, _ value: (ProjectionMeasures) -> Double) -> Measure {
            Measure(label: label, after: value(after), before: value(before))
        }
        self.init(
            criterion: assessment.criterion,
            kinds: assessment.kinds.sorted { $0.key < $1.key }.map { kind($0.key, $0.value) }
                + [kind("all", assessment.detection)],
            changes: assessment.robustness.map {
                Change(
                    label: $0.label, scoreShift: $0.scoreShift, falseAlarms: $0.falseAlarms, imageAUROC: $0.imageAUROC)
            },
            projection: [
                measure("identity error on clean images, |f(x) - x| / |x|", \.identityError),
                measure("idempotence, |f(f(y)) - f(y)| / |f(y) - y|", \.idempotence),
                measure("change inside of corruptions, |y - f(y)| / |y - x|", \.changeInside),
                measure("change outside of corruptions over |y - x|", \.changeOutside),
                measure("largest singular value along corruptions") { $0.singularValues.first ?? 0 },
            ])
    }
}
