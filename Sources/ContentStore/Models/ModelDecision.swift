/// What a person decided about a registered model, with who, when and why.
public struct ModelDecision: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The threshold of its verdicts; nil for the model's own.
        case threshold(Double?)
        /// The model is the one that the nights of its name are compared with, besides the one in production.
        case anchor
    }

    public let kind: Kind
    public let model: RegisteredModel
    public let decidedBy: String
    public let reason: String
    /// Nanoseconds since 1970.
    public let decidedAt: Int64
}
