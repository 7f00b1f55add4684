/// The identity of one computation: what is computed (stage and version), with which parameters, from which inputs.
///
/// Paths, clocks, host names, thread counts and attempt numbers never belong here.
public struct ActionKey: Sendable, Hashable {
    /// SHA-256 of the canonical encoding of everything below.
    public let digest: Digest
    public let stage: String
    public let version: Int
    /// Parameters and other settings, sorted by name.
    public let parts: [KeyPart]
    /// The content of every input, in the stage's order.
    public let inputs: [ActionInput]

    /// Version of the encoding, which is part of every digest. History: 1 = first.
    static let encodingVersion = 1

    public init(stage: String, version: Int, parts: [KeyPart], inputs: [ActionInput]) {
        self.stage = stage
        self.version = version
        self.parts = CanonicalEncoder.ordered(parts)
        self.inputs = inputs
        var encoder = CanonicalEncoder()
        encoder.append(.text("action"))
        encoder.append(.integer(Self.encodingVersion))
        encoder.append(text: stage)
        encoder.append(.integer(version))
        encoder.append(record: self.parts)
        encoder.append(list: inputs)
        digest = Digest.of(encoder.bytes)
    }

    public init(stage: String, version: Int, parts: [KeyPart]) {
        self.init(stage: stage, version: version, parts: parts, inputs: [])
    }

    public static func == (left: ActionKey, right: ActionKey) -> Bool { left.digest == right.digest }

    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
