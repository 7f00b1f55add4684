import ContentStore
import Metrics

/// A model's metrics on labelled test images, for its card. Training and threshold do not use these images.
struct TestMetrics: Codable, Equatable, Sendable {
    /// True if any metric is defined.
    var isMeasured: Bool
    var images: DetectionMetrics.Images
    var imageAUROC, imageAP, imageF1Max: Double?
    var pixelAUROC, pixelAP, pixelF1Max: Double?
    /// AU-PRO up to the false-positive rates 0.05, 0.3 and 1.
    var aupro: AUPROFigures
    var aupimoMean, aupimoMedian: Double?
    /// The reason for each undefined metric, by its name.
    var undefined: [String: String]
    /// The verdicts at the model's threshold for each kind, which is the name of a folder.
    var kinds: [Kind]

    struct Kind: Codable, Equatable, Sendable {
        var kind: String
        /// Nil for unlabelled images.
        var isAnomalous: Bool?
        var images: Int
        /// The numbers of anomalous and of uncertain verdicts.
        var calledAnomalous, uncertain: Int
    }

    /// - Parameters:
    ///   - figures: nil if there are no test images.
    ///   - scores: the scores of the test images; all or none have a confidence.
    init(_ figures: DetectionMetrics?, _ scores: [ScoreIndex.Entry]) {
        let known = figures ?? DetectionMetrics()
        images = known.images
        (imageAUROC, imageAP, imageF1Max) = (known.imageAUROC, known.imageAP, known.imageF1Max)
        (pixelAUROC, pixelAP, pixelF1Max) = (known.pixelAUROC, known.pixelAP, known.pixelF1Max)
        aupro = known.aupro
        (aupimoMean, aupimoMedian) = (known.aupimo.mean, known.aupimo.median)
        // The card leaves these metrics out.
        undefined = known.undefined.filter { !["segF1", "severityCorrelation"].contains($0.key) }
        kinds = TestMetrics.kinds(scores)
        let values = [imageAUROC, imageAP, imageF1Max, pixelAUROC, pixelAP, pixelF1Max, aupro.at03, aupimoMean]
        isMeasured = values.contains { $0 != nil }
    }

    private static func kinds(_ scores: [ScoreIndex.Entry]) -> [Kind] {
        var kinds: [Kind] = []
        for score in scores {
            let known = kinds.firstIndex { $0.kind == score.kind && $0.isAnomalous == score.isAnomalous }
            if known == nil {
                kinds.append(
                    Kind(kind: score.kind, isAnomalous: score.isAnomalous, images: 0, calledAnomalous: 0, uncertain: 0))
            }
            let index = known ?? kinds.count - 1
            kinds[index].images += 1
            if score.verdict == .anomalous { kinds[index].calledAnomalous += 1 }
            if score.isUncertain == true { kinds[index].uncertain += 1 }
        }
        return kinds.sorted { ($0.order, $0.kind) < ($1.order, $1.kind) }
    }

    /// The numbers of images with a label, and of those called anomalous.
    func verdicts(anomalous: Bool?) -> (images: Int, calledAnomalous: Int) {
        let chosen = kinds.filter { $0.isAnomalous == anomalous }
        return (chosen.reduce(0) { $0 + $1.images }, chosen.reduce(0) { $0 + $1.calledAnomalous })
    }
}

extension TestMetrics.Kind {
    /// Sorts normal kinds first, unlabelled ones last.
    fileprivate var order: Int { isAnomalous.map { $0 ? 1 : 0 } ?? 2 }
}

/// A model's assessment without labels, for its card.
struct AssessmentFacts: Codable, Equatable, Sendable {
    /// The numbers of held-out images in the assessment, and in its camera changes.
    var images, changedImages: Int
    /// The fractions of these images, and of synthetic defects in them, above the threshold.
    var falseAlarms, recall: Double
    var criterion: Double
    var detection: Assessment.Detection
    /// Detection by the name of the corruption model.
    var kinds: [String: Assessment.Detection]
    var cameraChanges: [Assessment.Robustness]
    /// Projection measures after and before training, see `ProjectionMeasures`; nil for a detector that makes no
    /// images.
    var identityError, idempotence, identityErrorBefore, idempotenceBefore: Double?

    /// The detectors that were compared, of which one was chosen; nil if there was no choice.
    var candidates: [Assessment.Candidate]?

    /// False for a detector that scores no changed image; criterion, recall and detection are then undefined.
    var isAssessed: Bool { detection.samples > 0 || !cameraChanges.isEmpty }

    init(_ assessment: Assessment) {
        candidates = assessment.candidates
        images = assessment.normalImages
        changedImages = assessment.isEmpty ? 0 : min(AssessStage.robustnessImages, assessment.normalImages)
        (falseAlarms, recall) = (assessment.falseAlarms, assessment.recall)
        criterion = assessment.criterion
        (detection, kinds, cameraChanges) = (assessment.detection, assessment.kinds, assessment.robustness)
        (identityError, idempotence) = (assessment.projection?.identityError, assessment.projection?.idempotence)
        identityErrorBefore = assessment.projectionBeforeTraining?.identityError
        idempotenceBefore = assessment.projectionBeforeTraining?.idempotence
    }
}
