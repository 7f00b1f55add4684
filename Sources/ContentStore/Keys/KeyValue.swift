/// A named value in an action key: a parameter of a stage, a version, a setting that changes the result.
public struct KeyPart: Sendable, Hashable {
    public let name: String
    public let value: KeyValue

    public init(_ name: String, _ value: KeyValue) {
        self.name = name
        self.value = value
    }
}

/// A value that takes part in an action key: typed, so that the text "1", the integer 1 and the flag `true` differ.
public enum KeyValue: Sendable, Hashable {
    case text(String)
    case integer(Int)
    case real(Double)
    case flag(Bool)
    case digest(Digest)
    case list([KeyValue])
    case record([KeyPart])

    /// SHA-256 of the value's canonical encoding.
    public var contentDigest: Digest {
        var encoder = CanonicalEncoder()
        encoder.append(self)
        return Digest.of(encoder.bytes)
    }

    /// The digests in the value, each with its position: "" for the value itself, "mask" for a part of a record, "3"
    /// for the fourth of a list, "mask/3" further inside.
    public var digests: [(role: String, digest: Digest)] {
        func inside(_ name: String, _ value: KeyValue) -> [(role: String, digest: Digest)] {
            value.digests.map { ($0.role.isEmpty ? name : "\(name)/\($0.role)", $0.digest) }
        }
        switch self {
        case .digest(let digest): return [("", digest)]
        case .list(let values): return values.enumerated().flatMap { inside("\($0.offset)", $0.element) }
        case .record(let parts): return parts.flatMap { inside($0.name, $0.value) }
        case .text, .integer, .real, .flag: return []
        }
    }

    /// The value for people, in a notation like JSON's; digests are shortened to twelve digits.
    public var readable: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .digest(let digest): digest.short
        case .list(let values): "[" + values.map(\.readable).joined(separator: ", ") + "]"
        case .record(let parts):
            "{" + CanonicalEncoder.ordered(parts).map { "\($0.name): \($0.value.readable)" }.joined(separator: ", ")
                + "}"
        }
    }
}
