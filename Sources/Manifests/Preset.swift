/// Proven settings for a kind of image. The keys of a manifest take precedence.
enum Preset: String, CaseIterable {
    /// Uniform surfaces: fabric, paper, metal.
    case texture
    /// One object per image on a plain background.
    case object

    /// A part of a manifest.
    private var settings: JSONValue {
        switch self {
        case .texture: Preset.textureSettings
        case .object: Preset.objectSettings
        }
    }

    private static let textureSettings = JSONValue.embedded(PackageResources.texture_json, file: "texture.json")
        .withoutPositions
    private static let objectSettings = JSONValue.embedded(PackageResources.object_json, file: "object.json")
        .withoutPositions

    /// The manifest with its preset and all defaults of the schema.
    static func resolved(_ document: JSONValue) -> JSONValue {
        ManifestSchema.job.validator.applyingDefaults(to: applied(to: document))
    }

    /// The manifest merged into its preset. Without a known preset, it stays as it is.
    private static func applied(to document: JSONValue) -> JSONValue {
        guard let name = document["preset"]?.string, let preset = Preset(rawValue: name) else { return document }
        let whole = JSONMergePatch.apply(document, to: preset.settings)
        guard document["training"]?["steps"] == nil, let training = whole["training"],
            let steps = training["steps"]?.integer
        else { return whole }
        let longer = training.setting("steps", to: .number(steps * stepFactor(whole)))
        return whole.setting("training", to: longer)
    }

    /// A preset's steps apply to 256 x 256 pixels that the network sees. For smaller inputs, their number grows up to
    /// fourfold: the time stays the same, and small images benefit.
    private static func stepFactor(_ manifest: JSONValue) -> Int {
        let image = manifest["image"], reduction = max(1, manifest["network"]?["reduction"]?.integer ?? 1)
        let input = image?["tile"] ?? image
        let pixels =
            (input?["width"]?.integer ?? 256) / reduction * ((input?["height"]?.integer ?? 256) / reduction)
        return min(max(256 * 256 / max(pixels, 1), 1), 4)
    }
}

extension JSONValue {
    /// The value without positions. Those of a schema or preset would be mistaken for positions in the manifest.
    var withoutPositions: JSONValue {
        switch content {
        case .array(let elements): .array(elements.map(\.withoutPositions))
        case .object(let members): .object(members.map { JSONMember($0.name, $0.value.withoutPositions) })
        default: JSONValue(content)
        }
    }
}
