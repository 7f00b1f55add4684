import ContentStore
import ModelRegistry

/// A threshold that a person set in place of the one that a model's calibration gives.
public struct ChosenThreshold: Codable, Sendable, Equatable {
    public let value: Float
    /// Where it was set, in words, such as "--threshold" or "set for wood@3".
    public let origin: String

    static let ofManifest = "manifest"

    /// Nil for a value that is no threshold: scores are errors, so it has to be above 0, and finite.
    public init?(_ value: Float, origin: String) {
        guard value > 0, value.isFinite else { return nil }
        (self.value, self.origin) = (value, origin)
    }

    /// What people decided about a registered model; nil where its own threshold is in force.
    public init?(of model: RegisteredModel, _ store: ContentStore) throws {
        guard case .threshold(let value?) = try store.threshold(of: model)?.kind else { return nil }
        self.init(Float(value), origin: "set for \(model.reference)")
    }
}
