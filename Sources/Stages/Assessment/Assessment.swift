import AnomalyDetection
import Host
import Metrics
import Reports

/// `assessment.json`: the assessment of a model without labels, on normal images held out of training.
package struct Assessment: Codable, Sendable {
    /// The detection of synthetic defects of one kind, or of all kinds.
    package struct Detection: Codable, Equatable, Sendable {
        package var samples: Int
        /// The AUROC of corrupted against clean images.
        package var imageAUROC: Double?
        /// The metrics of corrupted pixels against all other pixels, clean images included; AU-PRO up to a rate of 0.3.
        package var pixelAUROC, pixelAP, aupro: Double?
    }

    /// The effect of a change of the camera or its light.
    package struct Robustness: Codable, Equatable, Sendable {
        package var change: CameraChange
        package var label: String
        /// The median shift of normal images' scores, in units of the distance from the median normal score to the
        /// threshold.
        package var scoreShift: Double
        /// The fraction of changed normal images above the threshold.
        package var falseAlarms: Double
        /// The AUROC of changed corrupted images against changed clean ones.
        package var imageAUROC: Double?
    }

    /// A detector that was fitted, of which one was chosen.
    package struct Candidate: Codable, Equatable, Sendable {
        package var name: String
        package var criterion: Double
        /// AU-PRO of all kinds together.
        package var imageAUROC, aupro: Double?
        package var isChosen: Bool
    }

    /// The criterion that sweeps rank by, higher is better: the mean of image AUROC and AU-PRO, averaged over the kinds
    /// of corruption.
    package var criterion: Double
    package var normalImages: Int
    /// The normalised scores of clean and corrupted images: 0 for the median normal image, 1 for the threshold.
    package var normalScores, defectScores: [Float]
    /// The fractions of clean and of corrupted images that the model calls anomalous.
    package var falseAlarms, recall: Double
    package var detection: Detection
    /// Detection by the name of the corruption model.
    package var kinds: [String: Detection]
    package var robustness: [Robustness]
    /// How well the detector projects onto normal images, for one that makes images; otherwise nil.
    package var projection, projectionBeforeTraining: ProjectionMeasures?
    /// The detectors that were compared by their criterion; nil if there was no choice.
    package var candidates: [Candidate]?

    /// True for a detector that scores no changed image: criterion, recall and detection are then undefined.
    package var isEmpty: Bool { detection.samples == 0 && robustness.isEmpty }
}

/// A streaming accumulator of detection metrics over clean images and those with defects of several kinds; maps are not
/// kept.
struct DefectTally {
    private var pixels: GroupedPixelMetrics
    private var clean: [Float] = []
    /// The scores of each kind.
    private var corrupted: [[Float]]

    /// - Parameters:
    ///   - kinds: the number of kinds.
    ///   - expectedPixels: the number of pixels of all maps.
    ///   - scratchFolder: the folder of pixels beyond the memory for ranking.
    init(kinds: Int, expectedPixels: Int, scratchFolder: String) {
        let memory = ProcessResources.current.cacheBytes(atMost: MetricsStage.rankingBytes)
        pixels = GroupedPixelMetrics(
            groups: kinds, memoryLimitBytes: max(memory, 1 << 20), scratchFolder: scratchFolder,
            expectedPixels: expectedPixels)
        corrupted = [[Float]](repeating: [], count: kinds)
    }

    mutating func addClean(_ detection: Detection) throws {
        try pixels.addNormal(detection.values)
        clean.append(detection.score)
    }

    mutating func add(_ detection: Detection, mask: [UInt8], kind: Int) throws {
        try pixels.add(
            detection.map.values, mask: mask, width: detection.map.width, group: kind, region: detection.region)
        corrupted[kind].append(detection.score)
    }

    /// The metrics of each kind, and of all; call it once, after the last image.
    mutating func detections() throws -> (kinds: [Assessment.Detection], all: Assessment.Detection) {
        let ranked = try pixels.result()
        func detection(_ scores: [Float], _ pixels: GroupedPixelMetrics.Figures) throws -> Assessment.Detection {
            Assessment.Detection(
                samples: scores.count,
                imageAUROC: try RankMetrics.auroc(
                    scores: clean + scores, labels: clean.map { _ in false } + scores.map { _ in true }),
                pixelAUROC: pixels.auroc, pixelAP: pixels.averagePrecision, aupro: pixels.aupro)
        }
        return (
            try zip(corrupted, ranked.groups).map(detection), try detection(corrupted.flatMap(\.self), ranked.all)
        )
    }
}

extension AssessmentReport {
    /// The report's section on an assessment.
    init(_ assessment: Assessment) {
        func kind(_ name: String, _ detection: Assessment.Detection) -> Kind {
            Kind(
                name: name, samples: detection.samples, imageAUROC: detection.imageAUROC,
                pixelAUROC: detection.pixelAUROC, pixelAP: detection.pixelAP, aupro: detection.aupro)
        }
        var projection: [Measure] = []
        if let after = assessment.projection, let before = assessment.projectionBeforeTraining {
            func measure(_ label: String, _ value: (ProjectionMeasures) -> Double) -> Measure {
                Measure(label: label, after: value(after), before: value(before))
            }
            projection = [
                measure("identity error on clean images, |f(x) - x| / |x|", \.identityError),
                measure("idempotence, |f(f(y)) - f(y)| / |f(y) - y|", \.idempotence),
                measure("change inside of corruptions, |y - f(y)| / |y - x|", \.changeInside),
                measure("change outside of corruptions over |y - x|", \.changeOutside),
                measure("largest singular value along corruptions") { $0.singularValues.first ?? 0 },
            ]
        }
        self.init(
            criterion: assessment.criterion,
            candidates: (assessment.candidates ?? []).map {
                Candidate(
                    name: $0.name, criterion: $0.criterion, imageAUROC: $0.imageAUROC, aupro: $0.aupro,
                    isChosen: $0.isChosen)
            },
            kinds: assessment.kinds.sorted { $0.key < $1.key }.map { kind($0.key, $0.value) }
                + [kind("all", assessment.detection)],
            changes: assessment.robustness.map {
                Change(
                    label: $0.label, scoreShift: $0.scoreShift, falseAlarms: $0.falseAlarms, imageAUROC: $0.imageAUROC)
            },
            projection: projection)
    }
}
