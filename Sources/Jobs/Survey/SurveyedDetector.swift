import Manifests

/// The detectors that `nominal init` writes into a manifest.
package enum SurveyedDetector: String, CaseIterable, Sendable {
    /// All that are known, the autoencoder among them; a run takes the one that finds most synthetic defects.
    case auto
    /// As `auto`, without the autoencoder: a run takes a minute or two.
    case features
    case memory, ssae

    /// The section `detector` of the manifest.
    var section: JSONValue {
        switch self {
        case .auto, .memory, .ssae: .ordered([("kind", .string(rawValue))])
        case .features:
            .ordered([
                ("kind", .string("auto")), ("auto", Self.list(["memory", "gaussian-each", "gaussian-all", "fusion"])),
                ("fusion", Self.list(["memory", "gaussian-each", "gaussian-all"])),
            ])
        }
    }

    private static func list(_ names: [String]) -> JSONValue {
        .ordered([("of", .array(names.map { .string($0) }))])
    }

    /// The line of `nominal init`.
    var words: String {
        switch self {
        case .auto: "auto, the best of an autoencoder and of detectors on pretrained features; training takes minutes"
        case .features: "auto, the best of detectors on pretrained features; a run takes a minute or two"
        case .memory: "memory, on pretrained features; a run takes seconds"
        case .ssae: "ssae, an autoencoder; training takes minutes"
        }
    }
}
