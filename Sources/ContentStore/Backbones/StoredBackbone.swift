/// A pretrained network of the store under a name.
public struct StoredBackbone: Sendable, Equatable {
    public let name: String
    public let digest: Digest
    /// Nanoseconds since 1970.
    public let addedAt: Int64
}
