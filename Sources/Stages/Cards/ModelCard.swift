import AnomalyDetection
import ContentStore

/// `NAME.card.json`: a model card after "Model Cards for Model Reporting" (Mitchell et al., FAT* 2019, arXiv
/// 1810.03993). All parts but `statedByOwner` come from records. It contains no time, host or path.
package struct ModelCard: Codable, Equatable, Sendable {
    /// History: 1 = first; 2 = `data.isGrey`; 4 = `model.region`.
    static let version = 4

    var format = ModelCard.version
    var model: Details
    var program: Program
    var intendedUse: IntendedUse
    var data: DataFacts
    /// Nil for a detector that is not trained.
    var training: TrainingFacts?
    var threshold: ThresholdFacts
    /// Metrics on labelled test images.
    var testMetrics: TestMetrics
    /// The assessment without labels.
    var assessment: AssessmentFacts
    /// The drift of the test images from the normal ones; empty if it was not tested.
    var drift: [CardDrift]
    var limits: [Limit]
    var statedByOwner: Statements

    struct Details: Codable, Equatable, Sendable {
        /// The category of the training images, and the case and the job that made the model.
        var category, `case`, job: String
        var sha256: Digest
        var formatVersion: Int
        /// The kind of the detector, and what it says of itself.
        var detector: String
        var facts: [DetectorFact]
        /// The sizes of images and of the network's tiles, in pixels.
        var width, height, tileWidth, tileHeight, tileOverlap: Int
        /// The frame that is cut out around the object; nil for whole images.
        var frame: ObjectFrame?
        /// The kind of the region of interest; nil for whole images.
        var region: RegionOfInterest.Kind?
        /// The colour model; grey images are expanded to three channels.
        var colour = "rgb"
        /// Nil if the manifest names none.
        var preset: String?
        var scoring: Scoring
    }

    /// The parameters that derive a score from a map.
    struct Scoring: Codable, Equatable, Sendable {
        var imageScore, normalization: String
        var boxSize, boxPasses, scales, levels: Int
        var topFraction: Float

        init(_ parameters: ScoringParameters) {
            (imageScore, normalization) = (parameters.imageScore.rawValue, parameters.normalization.rawValue)
            (boxSize, boxPasses) = (parameters.boxSize, parameters.boxPasses)
            (scales, levels) = (parameters.scales, parameters.levels)
            topFraction = parameters.topFraction
        }
    }

    /// The versions and engines that made the model, from the keys of its tasks.
    package struct Program: Codable, Equatable, Sendable {
        var nominal: String
        var numerics: Int
        /// The versions of the stages, by name.
        var stages: [String: Int]
        /// The engine, its precision, library and environment settings.
        var trainingEngine, scoringEngine: [String: String]

        package init(
            nominal: String, numerics: Int, stages: [String: Int], trainingEngine: [String: String],
            scoringEngine: [String: String]
        ) {
            (self.nominal, self.numerics, self.stages) = (nominal, numerics, stages)
            (self.trainingEngine, self.scoringEngine) = (trainingEngine, scoringEngine)
        }
    }

    struct IntendedUse: Codable, Equatable, Sendable {
        /// Sentences derived from the facts.
        var whatItDoes, outOfScope: [String]
    }

    /// A limit, with the figures that it is derived from.
    struct Limit: Codable, Equatable, Sendable {
        /// The name of the rule; see `CardLimits`.
        var rule: String
        var text: String
        var figures: [String: Double]
    }
}

/// The owner's statements about a model, from the manifest.
package struct Statements: Codable, Equatable, Sendable {
    var licence, dataLicence, dataSource, owner, contact, intendedUse, outOfScope, notes: String?

    package init(
        licence: String? = nil, dataLicence: String? = nil, dataSource: String? = nil, owner: String? = nil,
        contact: String? = nil, intendedUse: String? = nil, outOfScope: String? = nil, notes: String? = nil
    ) {
        (self.licence, self.dataLicence, self.dataSource) = (licence, dataLicence, dataSource)
        (self.owner, self.contact, self.intendedUse) = (owner, contact, intendedUse)
        (self.outOfScope, self.notes) = (outOfScope, notes)
    }

}

/// One measure of the drift of test images from normal ones, for a card.
struct CardDrift: Codable, Equatable, Sendable {
    var name: String
    var normalImages, testImages: Int
    /// The Kolmogorov-Smirnov distance and its Holm-corrected p-value.
    var distance, probability: Double
    var normalMedian, testMedian: Double
    var isChange: Bool
}
