/// An action key as the store keeps it: digests to compare, texts to show.
public struct RecordedKey: Sendable, Equatable {
    public struct Part: Sendable, Equatable, Codable {
        public let name: String
        public let readable: String
        /// The digest of the value's canonical encoding.
        public let digest: Digest
    }

    public let digest: Digest
    public let stage: String
    public let version: Int
    public let parts: [Part]
    public let inputs: [ActionInput]
}

extension RecordedKey {
    /// A key as the store would keep it.
    public init(_ key: ActionKey) {
        self.init(
            digest: key.digest, stage: key.stage, version: key.version,
            parts: key.parts.map {
                Part(name: $0.name, readable: $0.value.readable, digest: $0.value.contentDigest)
            }, inputs: key.inputs)
    }
}
