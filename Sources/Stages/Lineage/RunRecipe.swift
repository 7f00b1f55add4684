import ContentStore
import Manifests
import Privacy

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
    public var followsLinks: Bool?
    public var threshold: ChosenThreshold?

    public init(
        _ command: Command, model: Digest? = nil, engine: String? = nil, setsBadImagesAside: Bool? = nil,
        tolerance: Double? = nil, followsLinks: Bool? = nil, threshold: ChosenThreshold? = nil
    ) {
        (self.command, self.model, self.engine) = (command, model, engine)
        (self.setsBadImagesAside, self.tolerance, self.followsLinks) = (setsBadImagesAside, tolerance, followsLinks)
        self.threshold = threshold
    }

    /// Nil for what is not of this version.
    init?(json: String) {
        guard let recipe = try? StageJSON.decode(RunRecipe.self, Array(json.utf8)), recipe.version == RunRecipe.version
        else { return nil }
        self = recipe
    }

    /// Stores the manifest, without folders that are to be hidden.
    ///
    /// - Parameter text: of the manifest as it was read; of a sweep, the sweep's.
    /// - Throws: `StoreError`.
    public func origin(
        of manifest: JobManifest, _ text: [UInt8], _ redaction: PathRedaction, in store: ContentStore
    ) throws -> RunOrigin {
        guard command == .sweep else {
            let kept = manifest.kept(text, redaction.written)
            return try origin(manifest: kept, file: redaction.path(manifest.file), in: store)
        }
        // A sweep's text names folders in places that only the sweep knows; one with something to hide is left out.
        let words = String(decoding: text, as: UTF8.self)
        return try origin(manifest: redaction.text(words) == words ? text : nil, file: "", in: store)
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
