/// A decision about which model of a name is in production.
public struct Promotion: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case promoted
        /// Back to the model that the one in production had replaced.
        case rolledBack
    }

    public let kind: Kind
    public let model: RegisteredModel
    /// The version that was in production before; `nil` for the first.
    public let replaced: Int?
    public let decidedBy: String
    public let reason: String
    /// Nanoseconds since 1970.
    public let decidedAt: Int64
}
