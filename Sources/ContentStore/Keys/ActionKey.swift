/// The identity of one computation: a stage and its version, its settings, and its inputs.
///
/// Paths, clocks, host names, thread counts and attempt numbers are not part of it.
public struct ActionKey: Sendable, Hashable {
    /// SHA-256 of the canonical encoding of stage, version, the digest of the settings, common parts and inputs.
    public let digest: Digest
    public let stage: String
    public let version: Int
    /// The content of every input, in the stage's order.
    public let inputs: [ActionInput]
    private let common: [KeyPart]
    private let settings: @Sendable () -> [KeyPart]

    /// The version of the encoding, which is part of every digest. History: 1 = first; 2 = the digest of the settings
    /// instead of the settings.
    static let encodingVersion = 2

    /// - Parameters:
    ///   - settingsDigest: the digest of `settings`, the `contentDigest` of their record.
    ///   - settings: called only where the settings themselves are needed, such as for the history.
    ///   - common: what every key of a run holds beside the settings.
    public init(
        stage: String, version: Int, settingsDigest: Digest, settings: @escaping @Sendable () -> [KeyPart],
        common: [KeyPart], inputs: [ActionInput]
    ) {
        (self.stage, self.version, self.settings) = (stage, version, settings)
        (self.common, self.inputs) = (common, inputs)
        digest = Self.digest(
            stage: stage, version: version, settingsDigest: settingsDigest, common: common, inputs: inputs)
    }

    /// The digest of a key without the key, for look-ups of many actions.
    public static func digest(
        stage: String, version: Int, settingsDigest: Digest, common: [KeyPart], inputs: [ActionInput]
    ) -> Digest {
        var encoder = CanonicalEncoder()
        encoder.append(text: "action")
        encoder.append(.integer(encodingVersion))
        encoder.append(text: stage)
        encoder.append(.integer(version))
        encoder.append(digest: settingsDigest)
        encoder.append(record: common)
        encoder.append(list: inputs)
        return Digest.of(encoder.bytes)
    }

    public init(stage: String, version: Int, parts: [KeyPart], common: [KeyPart] = [], inputs: [ActionInput] = []) {
        self.init(
            stage: stage, version: version, settingsDigest: KeyValue.record(parts).contentDigest, settings: { parts },
            common: common, inputs: inputs)
    }

    /// Settings and common parts, sorted by name.
    public var parts: [KeyPart] { CanonicalEncoder.ordered(settings() + common) }

    public static func == (left: ActionKey, right: ActionKey) -> Bool { left.digest == right.digest }

    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
