import AnomalyDetection
import ContentStore
import Metrics

/// The images that a model was made from and tested on, for its card.
struct DataFacts: Codable, Equatable, Sendable {
    var category, layout: String
    var training, heldOut, test: ImageSet
    /// Files that were set aside, by the kind of their fault.
    var normalSetAside, testSetAside: [String: Int]
    /// See `ImageInventory`.
    var copies, testCopies: Int
    /// Nil where textures are made by formula.
    var textures: CardFacts.Textures?

    init(_ inventory: ImageInventory, _ known: CardFacts) {
        (category, layout) = (known.category, known.layout)
        (training, heldOut, test) = (inventory.training, inventory.heldOut, inventory.test)
        (normalSetAside, testSetAside) = (inventory.normalSetAside, inventory.testSetAside)
        (copies, testCopies) = (inventory.copies, inventory.testCopies)
        textures = known.textures
    }

    /// Images that were trained on or held out.
    var normalImages: Int { training.images + heldOut.images }
}

/// The threshold of a model's verdicts, for its card.
struct ThresholdFacts: Codable, Equatable, Sendable {
    /// In units of scores; 1 and 0 of normalised ones.
    var value, median: Float
    /// `robust` or `empirical`.
    var estimate: String
    /// Share of normal images that shall stay below.
    var quantile: Float
    /// 1 - quantile.
    var targetFalseAlarmRate: Double
    /// Images and scores that it rests on, and scores of images that were trained on, for the spread.
    var heldOutImages, heldOutScores, trainingScores: Int
    /// See `VerdictConfidence`.
    var tolerance: Double
    /// Scores from the first up to the second have uncertain verdicts; nil where none has.
    var uncertainFrom, uncertainTo: Float?

    init(_ calibration: Calibration, tolerance: Double, uncertain: Range<Float>?) {
        (value, median) = (calibration.threshold, calibration.median)
        (estimate, quantile) = (calibration.estimate.rawValue, calibration.quantile)
        // Of 0.99 not 0.010000000000000009.
        targetFalseAlarmRate = ((1 - Double(calibration.quantile)) * 1e6).rounded() / 1e6
        heldOutImages = calibration.images
        (heldOutScores, trainingScores) = (calibration.scores.count, calibration.trainingScores.count)
        self.tolerance = tolerance
        (uncertainFrom, uncertainTo) = (uncertain?.lowerBound, uncertain?.upperBound)
    }
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

/// One measure of how test images look beside normal ones, for a card.
struct Drift: Codable, Equatable, Sendable {
    var name: String
    var normalImages, testImages: Int
    /// Between the two distributions, and the chance of it without a change, corrected after Holm.
    var distance, probability: Double
    var normalMedian, testMedian: Double
    var isChange: Bool
}
