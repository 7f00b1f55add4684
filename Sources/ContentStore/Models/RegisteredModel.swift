/// A model file of the store under a name.
public struct RegisteredModel: Sendable, Equatable {
    public let name: String
    /// Of its name, counted from 1 in the order of registration.
    public let version: Int
    public let digest: Digest
    /// Nanoseconds since 1970.
    public let registeredAt: Int64

    public var reference: ModelReference { ModelReference(name: name, .version(version)) }
}
