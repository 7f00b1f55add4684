import AnomalyDetection

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
