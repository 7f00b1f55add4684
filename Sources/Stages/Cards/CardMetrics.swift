import ContentStore
import Metrics

/// What the labels of test images say of a model, for its card. They took no part in training or in the threshold.
struct TestMetrics: Codable, Equatable, Sendable {
    /// True if there is any figure.
    var isMeasured: Bool
    var images: DetectionMetrics.Images
    var imageAUROC, imageAP, imageF1Max: Double?
    var pixelAUROC, pixelAP, pixelF1Max: Double?
    /// Up to the false-positive rates 0.05, 0.3 and 1.
    var aupro: AUPROFigures
    var aupimoMean, aupimoMedian: Double?
    /// For each figure that does not exist, why.
    var undefined: [String: String]
    /// Verdicts at the threshold of the model, of each kind of image, by the names of the folders.
    var kinds: [Kind]

    struct Kind: Codable, Equatable, Sendable {
        var kind: String
        /// Nil where nobody has said.
        var isAnomalous: Bool?
        var images: Int
        /// Verdicts.
        var calledAnomalous, uncertain: Int
    }

    /// - Parameters:
    ///   - figures: nil where no image was to be tested with.
    ///   - scores: with a confidence each, or none.
    init(_ figures: DetectionMetrics?, _ scores: [ScoreIndex.Entry]) {
        let known = figures ?? DetectionMetrics()
        images = known.images
        (imageAUROC, imageAP, imageF1Max) = (known.imageAUROC, known.imageAP, known.imageF1Max)
        (pixelAUROC, pixelAP, pixelF1Max) = (known.pixelAUROC, known.pixelAP, known.pixelF1Max)
        aupro = known.aupro
        (aupimoMean, aupimoMedian) = (known.aupimo.mean, known.aupimo.median)
        undefined = known.undefined
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

    /// Images, and those that were called anomalous, by what they are.
    func verdicts(anomalous: Bool?) -> (images: Int, calledAnomalous: Int) {
        let chosen = kinds.filter { $0.isAnomalous == anomalous }
        return (chosen.reduce(0) { $0 + $1.images }, chosen.reduce(0) { $0 + $1.calledAnomalous })
    }
}

extension TestMetrics.Kind {
    /// Normal ones first.
    fileprivate var order: Int { isAnomalous.map { $0 ? 1 : 0 } ?? 2 }
}

/// What a model does without a label, for its card.
struct AssessmentFacts: Codable, Equatable, Sendable {
    /// Held-out images that took part, all of them and in the changes of the camera.
    var images, changedImages: Int
    /// Share of these images above the threshold, and of synthetic defects in them.
    var falseAlarms, recall: Double
    var criterion: Double
    var detection: Assessment.Detection
    /// By the name of the corruption model.
    var kinds: [String: Assessment.Detection]
    var cameraChanges: [Assessment.Robustness]
    /// See `ProjectionMeasures`; the latter two before training.
    var identityError, idempotence, identityErrorBefore, idempotenceBefore: Double

    init(_ assessment: Assessment) {
        images = assessment.normalImages
        changedImages = min(AssessStage.robustnessImages, assessment.normalImages)
        (falseAlarms, recall) = (assessment.falseAlarms, assessment.recall)
        criterion = assessment.criterion
        (detection, kinds, cameraChanges) = (assessment.detection, assessment.kinds, assessment.robustness)
        (identityError, idempotence) = (assessment.projection.identityError, assessment.projection.idempotence)
        identityErrorBefore = assessment.projectionBeforeTraining.identityError
        idempotenceBefore = assessment.projectionBeforeTraining.idempotence
    }
}
