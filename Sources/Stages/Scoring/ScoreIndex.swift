import AnomalyDetection
import BinaryCoding
import ContentStore
import Datasets
import Imaging
import ModelRegistry
import Pipeline

/// The scores of some images.
package struct ScoreIndex: Codable, Sendable {
    package enum Verdict: String, Codable, Sendable { case normal, anomalous }

    package struct Entry: Codable, Sendable {
        package var file: String
        package var kind: String
        package var isAnomalous: Bool?
        package var source: Digest
        package var score: Float
        package var normalizedScore: Float
        package var threshold: Float
        /// The origin of a threshold set by a person; nil for a calibrated one.
        package var thresholdOrigin: String?
        package var verdict: Verdict
        /// The confidence of the verdict, 0 to 1, and true if a person should decide. Both are nil before
        /// `ConfidenceStage`.
        package var confidence: Double?
        package var isUncertain: Bool?
        /// The size of the original image, upright, in pixels.
        package var width, height: Int
        package var pixelThreshold: Float
        /// The regions at or above the pixel threshold, by descending peak.
        package var regions: [MapRegion]
        /// The digest of a TIFF at the size of the original; nil if only scores are kept.
        package var map: Digest?
        /// The digest of a JPEG of what the detector expected, at the model's size; nil if it makes none or none is
        /// kept.
        package var picture: Digest?

        /// The path without its extension, for naming derived files.
        package var stem: String { SourceImage.folder(of: file) + SourceImage.stem(of: file) }
    }

    package var entries: [Entry]
}

/// A threshold that a user set in place of the calibrated one.
package struct ChosenThreshold: Codable, Sendable, Equatable {
    package let value: Float
    /// The origin in words, such as "--threshold" or "set for wood@3".
    package let origin: String

    package static let ofManifest = "manifest"

    /// Nil for a value that is not finite.
    package init?(_ value: Float, origin: String) {
        guard value.isFinite else { return nil }
        (self.value, self.origin) = (value, origin)
    }

    /// The threshold that a user set for a registered model; nil if the model's own applies.
    package init?(of model: RegisteredModel, _ store: ContentStore) throws {
        guard case .threshold(let value?) = try store.threshold(of: model)?.kind else { return nil }
        self.init(Float(value), origin: "set for \(model.reference)")
    }
}
