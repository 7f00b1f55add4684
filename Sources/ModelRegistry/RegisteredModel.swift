import ContentStore

/// Faults of models, nights and backbones.
public enum RegistryError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownModel(model: String, reason: String)
    case unknownCard(model: String, reason: String)
    case unknownNight(night: String, reason: String)
    case modelRefused(model: String, reason: String)
    case unknownBackbone(name: String, known: [String])
    case backboneRefused(name: String, reason: String)

    public var description: String {
        switch self {
        case .unknownModel(let model, let reason):
            "\(model): \(reason); nominal models lists what is registered."
        case .unknownCard(let model, let reason): "\(model) has no card: \(reason)."
        case .unknownNight(let night, let reason): "\(night): \(reason)."
        case .modelRefused(let model, let reason): "\(model): \(reason)."
        case .unknownBackbone(let name, let known):
            "there is no backbone \"\(name)\" in this store; "
                + (known.isEmpty
                    ? "nominal backbones add FILE adds one, and nominal help backbones says where to get one."
                    : "it has \(known.joined(separator: ", ")).")
        case .backboneRefused(let name, let reason): "the backbone \"\(name)\": \(reason)."
        }
    }

    /// The exit status of a command: 66 for what is missing, 65 for invalid data.
    public var exitCode: Int32 {
        switch self {
        case .unknownModel, .unknownCard, .unknownNight, .unknownBackbone: 66
        case .modelRefused, .backboneRefused: 65
        }
    }
}

/// A model file of the store, registered under a name.
public struct RegisteredModel: Sendable, Equatable {
    public let name: String
    /// Counted from 1 per name, in order of registration.
    public let version: Int
    public let digest: Digest
    /// Nanoseconds since 1970.
    public let registeredAt: Int64

    public var reference: ModelReference { ModelReference(name: name, .version(version)) }
}

/// A reference to a registered model: NAME or NAME@production for the one in production, NAME@latest for the last one
/// registered, NAME@N for version N.
public struct ModelReference: Sendable, Equatable, CustomStringConvertible {
    public enum Selector: Sendable, Equatable {
        case production
        case latest
        case version(Int)
    }

    public let name: String
    public let selector: Selector

    public init(name: String, _ selector: Selector) { (self.name, self.selector) = (name, selector) }

    /// Parses a reference; nil if malformed. Does not check that the model exists.
    public init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, Self.isName(name) else { return nil }
        switch parts.count == 2 ? parts[1] : "production" {
        case "production": self.init(name: name, .production)
        case "latest": self.init(name: name, .latest)
        case let number:
            guard let version = Int(number), version > 0, "\(version)" == number else { return nil }
            self.init(name: name, .version(version))
        }
    }

    /// True for a valid model name: at most 100 ASCII letters, digits, and "._-" after the first character.
    public static func isName(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard let first = text.utf8.first, isAlphanumeric(first), text.utf8.count <= 100 else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    public var description: String {
        switch selector {
        case .production: "\(name)@production"
        case .latest: "\(name)@latest"
        case .version(let number): "\(name)@\(number)"
        }
    }
}
