/// Settings that were found to work for a kind of image; what a manifest says itself goes before them.
enum Preset: String, CaseIterable {
    /// Surfaces that look alike everywhere: fabric, paper, metal.
    case texture
    /// Things on a plain background, one to an image.
    case object

    /// A part of a manifest.
    private var settings: JSONValue { self == .texture ? Preset.textureSettings : Preset.objectSettings }

    private static let textureSettings = withoutPlaces(
        .embedded(PackageResources.texture_json, file: "texture.json"))
    private static let objectSettings = withoutPlaces(
        .embedded(PackageResources.object_json, file: "object.json"))

    /// The document laid over the preset that it names; itself where it names none that exists, which is for the schema to
    /// judge.
    static func applied(to document: JSONValue) -> JSONValue {
        guard let name = document["preset"]?.string, let preset = Preset(rawValue: name) else { return document }
        let whole = JSONMergePatch.apply(document, to: preset.settings)
        guard document["training"]?["steps"] == nil, let training = whole["training"],
            let steps = training["steps"]?.integer
        else { return whole }
        let longer = training.setting("steps", to: .number(steps * stepFactor(whole["image"])))
        return whole.setting("training", to: longer)
    }

    /// A preset's steps are meant for 256 x 256 pixels. Where the network sees fewer, there are more of them, up to four times as
    /// many: they take no longer, and small images gain from them.
    private static func stepFactor(_ image: JSONValue?) -> Int {
        let input = image?["tile"] ?? image
        let pixels = (input?["width"]?.integer ?? 256) * (input?["height"]?.integer ?? 256)
        return min(max(256 * 256 / max(pixels, 1), 1), 4)
    }

    /// Places in the preset's file would be taken for places in the manifest.
    private static func withoutPlaces(_ value: JSONValue) -> JSONValue {
        guard let members = value.members else { return JSONValue(value.content) }
        return .object(
            members.map { member in
                var plain = member
                plain.value = withoutPlaces(member.value)
                return plain
            })
    }
}
