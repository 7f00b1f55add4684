/// `corruption`: how normal images are corrupted for training.
public struct CorruptionSection: Sendable, Equatable {
    /// The published or own model that draws corruptions.
    public enum Model: String, Sendable, CaseIterable {
        case structured
        case perlin
        case nsa
        case cutpaste
    }

    public var model: Model
    /// Share of the training samples that stay uncorrupted.
    public var cleanFraction: Double
    /// Folder of foreign textures; nil for textures made by formula.
    public var textures: ManifestPath?
    public var foregroundOnly: Bool
    /// Settings of the model `structured`.
    public var structured: StructuredCorruptionSection
    /// Settings of the model `nsa`.
    public var nsa: NSACorruptionSection

    /// - Parameters:
    ///   - object: the section of a resolved manifest.
    ///   - folder: the folder that relative paths start from.
    public init(_ object: JSONValue, folder: String) {
        model = object.choice("model")
        cleanFraction = object.decimal("cleanFraction")
        textures = object["textures"]?.string.map { ManifestPath($0, relativeTo: folder) }
        foregroundOnly = object.flag("foregroundOnly")
        nsa = NSACorruptionSection(object.member("nsa"))
        structured = StructuredCorruptionSection(object.member("structured"))
    }
}
