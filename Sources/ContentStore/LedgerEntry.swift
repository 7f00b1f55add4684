/// A fault that the store noticed and dealt with.
public struct LedgerEntry: Sendable, Equatable {
    /// Nanoseconds since 1970.
    public let recordedAt: Int64
    /// damaged (a blob), discarded (a late or doubled attempt), differs (an action gave another result than before).
    public let kind: String
    /// Of the blob or of the action key.
    public let digest: Digest
    public let text: String
}
