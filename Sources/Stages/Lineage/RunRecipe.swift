import ContentStore

/// Which command a run was of, with what it needs besides its manifest or folder to be done again. Kept in the store's history as
/// JSON.
public struct RunRecipe: Codable, Sendable, Equatable {
    public enum Command: String, Codable, Sendable { case run, score, sweep, preview, retrain }

    /// History: 1 = first.
    public static let version = 1

    public var version = RunRecipe.version
    public var command: Command
    /// Of the other fields, those that `nominal score` was given.
    public var model: Digest?
    public var engine: String?
    public var setsBadImagesAside: Bool?
    public var tolerance: Double?

    public init(
        _ command: Command, model: Digest? = nil, engine: String? = nil, setsBadImagesAside: Bool? = nil,
        tolerance: Double? = nil
    ) {
        (self.command, self.model, self.engine) = (command, model, engine)
        (self.setsBadImagesAside, self.tolerance) = (setsBadImagesAside, tolerance)
    }

    /// Nil for what is not of this version.
    init?(json: String) {
        guard let recipe = try? StageJSON.decode(RunRecipe.self, Array(json.utf8)), recipe.version == RunRecipe.version
        else { return nil }
        self = recipe
    }

    /// Stores the manifest.
    ///
    /// - Parameter file: the path of the manifest, or the folder of images, as it was given.
    /// - Throws: `StoreError`.
    public func origin(manifest: [UInt8]?, file: String, in store: ContentStore) throws -> RunOrigin {
        RunOrigin(
            manifest: try manifest.map { try store.put(bytes: $0) }, file: file,
            recipe: String(decoding: try StageJSON.encode(self), as: UTF8.self))
    }
}
