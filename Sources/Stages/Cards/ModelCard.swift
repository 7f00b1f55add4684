import AnomalyDetection
import ContentStore
import Manifests

/// `NAME.card.json`: what a model is, what it was made from, how well it does and where its limits are, after "Model Cards for
/// Model Reporting" (Mitchell et al., FAT* 2019, arXiv 1810.03993). All of it but `statedByOwner` is taken from records. No clock,
/// host or path.
struct ModelCard: Codable, Equatable, Sendable {
    /// History: 1 = first; 2 = `data.isGrey`.
    static let version = 2

    var format = ModelCard.version
    var model: Details
    var program: Program
    var intendedUse: IntendedUse
    var data: DataFacts
    var training: TrainingFacts
    var threshold: ThresholdFacts
    /// From the labels of test images.
    var testMetrics: TestMetrics
    /// Without a label.
    var assessment: AssessmentFacts
    /// Of the test images against the normal ones; empty where nothing was compared.
    var drift: [CardDrift]
    var limits: [Limit]
    var statedByOwner: Statements

    /// What the model is.
    struct Details: Codable, Equatable, Sendable {
        /// What it was trained on, and the case of the job that made it.
        var category, `case`, job: String
        /// Of the model file.
        var sha256: Digest
        var formatVersion: Int
        var architecture: String
        var baseWidth, parameters: Int
        /// Of images, and of the parts of them that the network sees at once, in pixels.
        var width, height, tileWidth, tileHeight, tileOverlap: Int
        /// Images of one channel are repeated to three.
        var colour = "rgb"
        /// Nil where the manifest names none.
        var preset: String?
        var scoring: Scoring
    }

    /// From the reconstruction to a score.
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

    /// What computed it: parts of the keys of what it was made by, so that they are those of the model even where it was made
    /// before the card.
    struct Program: Codable, Equatable, Sendable {
        /// Of the program that made the card.
        var nominal: String
        var numerics: Int
        /// Versions by the names of the stages.
        var stages: [String: Int]
        /// Engine, precision, library and settings of it from the environment.
        var trainingEngine, scoringEngine: [String: String]
    }

    struct IntendedUse: Codable, Equatable, Sendable {
        /// Sentences that follow from the facts.
        var whatItDoes, outOfScope: [String]
    }

    /// One limit, with the numbers that it rests on.
    struct Limit: Codable, Equatable, Sendable {
        /// The rule that it comes from, see `CardLimits`.
        var rule: String
        var text: String
        var figures: [String: Double]
    }
}

/// What people say of a model, as the manifest has it.
struct Statements: Codable, Equatable, Sendable {
    var licence, dataLicence, dataSource, owner, contact, intendedUse, outOfScope, notes: String?

    init(_ section: CardSection) {
        (licence, dataLicence, dataSource) = (section.licence, section.dataLicence, section.dataSource)
        (owner, contact) = (section.owner, section.contact)
        (intendedUse, outOfScope, notes) = (section.intendedUse, section.outOfScope, section.notes)
    }
}

/// One measure of how test images look beside normal ones, for a card.
struct CardDrift: Codable, Equatable, Sendable {
    var name: String
    var normalImages, testImages: Int
    /// Between the two distributions, and the chance of it without a change, corrected after Holm.
    var distance, probability: Double
    var normalMedian, testMedian: Double
    var isChange: Bool
}
