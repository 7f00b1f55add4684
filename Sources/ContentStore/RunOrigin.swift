/// What a run of the program was made from, for doing the same again: a manifest, or what another command was given.
public struct RunOrigin: Sendable, Equatable {
    /// A blob with the text of the manifest.
    public var manifest: Digest?
    /// The path of the manifest, or of what else the run is about, as it was given.
    public var file: String?
    /// Which command it was, with what it needs besides; the store does not look into it.
    public var recipe: String

    public init(manifest: Digest? = nil, file: String? = nil, recipe: String) {
        (self.manifest, self.file, self.recipe) = (manifest, file, recipe)
    }
}
