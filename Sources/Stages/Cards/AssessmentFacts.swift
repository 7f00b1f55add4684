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
