import AnomalyDetection
import ContentStore
import Datasets
import Folders
import Foundation
import Jobs
import Manifests
import Pipeline
import Privacy
import Stages

/// The tasks that reproduce a result from the image files, and the run to compare with.
package struct ReproductionPlan: Sendable {
    package let run: LineageExecution
    /// The keys of its tasks that are compared.
    package let keys: Set<Digest>
    package let recipe: RunRecipe

    /// - Parameter subject: a run, to repeat all its tasks; or a result, to repeat the tasks that made it.
    /// - Throws: `LineageError`, `StoreError`.
    package init(_ subject: LineageSubject, _ store: ContentStore) throws {
        let graph = try subject.graph(.up, store)
        guard let last = graph.actions.first else {
            throw LineageError.unknown(text: subject.words, reason: "nothing made it")
        }
        guard let number = try subject.run ?? store.lastRun(with: last.key),
            let run = try store.lineageExecution(number)
        else {
            throw LineageError.unknown(text: subject.words, reason: "no run that made it is known")
        }
        guard let json = run.recipe, let recipe = RunRecipe(json: json) else {
            throw LineageError.unrepeatable(
                run: number,
                reason: "it was imported, or made by an earlier version of the program that did not keep manifests")
        }
        switch recipe.command {
        case .run, .score: break
        case .retrain:
            throw LineageError.unrepeatable(
                run: number, reason: "it is a night of retraining; reproduce it with \(try Self.check(run, store))")
        case .sweep, .preview:
            throw LineageError.unrepeatable(
                run: number,
                reason:
                    "it is a run of nominal \(recipe.command.rawValue); only nominal run and nominal score can be reproduced"
            )
        }
        keys = Set(graph.actions.map(\.key))
        (self.run, self.recipe) = (run, recipe)
    }

    /// The manifest of the run.
    ///
    /// - Parameter file: its current path, if it moved; redacted folders are restored from there.
    /// - Throws: `LineageError.unrepeatable`, `ManifestError`, `StoreError`.
    package func manifest(file: String?, _ store: ContentStore) throws -> JobManifest {
        guard let digest = run.manifest else {
            throw LineageError.unrepeatable(run: run.record.number, reason: "its manifest is unknown")
        }
        let bytes = try store.read(digest)
        if let file { return try JobManifest.load(path: file).restored(bytes, PathRedaction.isHidden) }
        let given = run.file ?? ""
        let manifest = try JobManifest.parse(bytes: bytes, file: given)
        var isHidden = false
        _ = manifest.kept(bytes) { path in
            isHidden = isHidden || PathRedaction.isHidden(path)
            return path
        }
        // Paths in it are relative to its folder, which may be redacted too.
        guard !isHidden, try AtomicFile.exists(given) else {
            throw LineageError.unrepeatable(
                run: run.record.number,
                reason: "the store keeps no folders; say where its manifest lies: --manifest FOLDER/\(given)")
        }
        return manifest
    }

    /// The folder of images that `nominal score` was given.
    package func folder(_ file: String?) throws -> ManifestPath {
        let place = file ?? run.file ?? ""
        guard !PathRedaction.isHidden(place) else {
            throw LineageError.unrepeatable(
                run: run.record.number,
                reason: "its folder was redacted; name it with --manifest FOLDER")
        }
        return ManifestPath(place, relativeTo: NamedFolder.current)
    }

    /// The tasks to repeat from a run of a job.
    ///
    /// - Parameters:
    ///   - fresh: the store that the tasks run in.
    ///   - digests: returns the digests of a list of files, in its order.
    /// - Throws: errors of the data set and the stores.
    package func graph(
        _ manifest: JobManifest, _ store: ContentStore, fresh: ContentStore,
        digests: ([String]) throws -> [Digest]
    ) throws -> TaskGraph {
        let backbones = BackboneIndex { name in
            let digest = try store.backboneDigest(name)
            return try fresh.put(bytes: try store.read(digest))
        }
        return try part(of: try Job(manifest, backbones: backbones, digests: digests).graph, store)
    }

    /// The tasks to repeat from a run of `nominal score`.
    ///
    /// - Parameter fresh: the store that the tasks run in.
    /// - Throws: errors of the data set and the stores.
    package func graph(
        scoring folder: ManifestPath, _ store: ContentStore, fresh: ContentStore, digests: ([String]) throws -> [Digest]
    ) throws -> TaskGraph {
        guard let digest = recipe.model else {
            throw LineageError.unrepeatable(run: run.record.number, reason: "its model is unknown")
        }
        guard recipe.watches != true else {
            throw LineageError.unrepeatable(
                run: run.record.number,
                reason: "it scored what was new in a watched folder; score that image again with nominal score")
        }
        let model = try Model(bytes: try store.read(digest), name: "model \(digest.short)")
        guard model.region?.kind != .masks else {
            throw LineageError.unrepeatable(
                run: run.record.number,
                reason: "it read a mask of the region of interest for each image; score them again with nominal score "
                    + "--regions")
        }
        if let backbone = try model.backbone(name: model.name) { _ = try fresh.put(bytes: try store.read(backbone)) }
        let images = try DatasetScan.images(below: folder.absolute, followsLinks: recipe.followsLinks ?? false)
        let job = try ScoringJob(
            model: model, category: images, engine: recipe.engine,
            setAsideBadImages: recipe.setsBadImagesAside ?? false,
            tolerance: recipe.tolerance ?? 0, threshold: recipe.threshold, maps: recipe.omitsMaps != true,
            overlays: recipe.omitsOverlays != true, store: fresh, digests: digests)
        return try part(of: job.graph, store)
    }

    /// The command that checks a night, as far as its arguments are known.
    private static func check(_ run: LineageExecution, _ store: ContentStore) throws -> String {
        let prefix = "retrain "
        let model = run.subject.flatMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
        let night = try model.flatMap { try store.nightLabels(during: run.record.number, of: $0).first }
        let file = run.file.flatMap { $0.isEmpty ? nil : $0 } ?? "JOB"
        return "nominal retrain \(file) --check \(night ?? "NIGHT")"
            + (night == nil ? " (nominal nights\(model.map { " \($0)" } ?? "") lists them)" : "")
    }

    private func part(of whole: TaskGraph, _ store: ContentStore) throws -> TaskGraph {
        let entries = try store.taskKeys(run.record.number)?.entries ?? []
        let tasks = Set(entries.filter { keys.contains($0.key) }.map(\.task))
        return try TaskGraph(whole.part(neededFor: whole.tasks.map(\.id).filter { tasks.contains($0.path) }))
    }
}

/// The command of a run, with the arguments besides its manifest or folder that reproduction needs. Stored as JSON in
/// the store's history.
package struct RunRecipe: Codable, Sendable, Equatable {
    package enum Command: String, Codable, Sendable { case run, score, sweep, preview, retrain }

    /// History: 1 = first.
    package static let version = 1

    package var version = RunRecipe.version
    package var command: Command
    // The arguments of `nominal score`.
    package var model: Digest?
    package var engine: String?
    package var setsBadImagesAside: Bool?
    package var tolerance: Double?
    package var followsLinks: Bool?
    package var threshold: ChosenThreshold?
    /// True if the run left them out; nil for false.
    package var omitsMaps, omitsOverlays: Bool?
    /// True if the images came while the folder was watched; nil for false.
    package var watches: Bool?

    package init(
        _ command: Command, model: Digest? = nil, engine: String? = nil, setsBadImagesAside: Bool? = nil,
        tolerance: Double? = nil, followsLinks: Bool? = nil, threshold: ChosenThreshold? = nil,
        omitsMaps: Bool? = nil, omitsOverlays: Bool? = nil, watches: Bool? = nil
    ) {
        (self.command, self.model, self.engine) = (command, model, engine)
        (self.setsBadImagesAside, self.tolerance, self.followsLinks) = (setsBadImagesAside, tolerance, followsLinks)
        (self.threshold, self.omitsMaps, self.omitsOverlays) = (threshold, omitsMaps, omitsOverlays)
        self.watches = watches
    }

    /// Nil for JSON of another version or form.
    init?(json: String) {
        guard let recipe = try? StageJSON.decode(RunRecipe.self, Array(json.utf8)), recipe.version == RunRecipe.version
        else { return nil }
        self = recipe
    }

    /// Stores the manifest with its folders redacted.
    ///
    /// - Parameter text: the text of the manifest, or of the sweep's manifest.
    /// - Throws: `StoreError`.
    package func origin(
        of manifest: JobManifest, _ text: [UInt8], _ redaction: PathRedaction, in store: ContentStore
    ) throws -> RunOrigin {
        guard command == .sweep else {
            let kept = manifest.kept(text, redaction.written)
            return try origin(manifest: kept, file: redaction.path(manifest.file), in: store)
        }
        // Folders can stand anywhere in a sweep's text, so a sweep with something to redact is not stored.
        let words = String(decoding: text, as: UTF8.self)
        return try origin(manifest: redaction.text(words) == words ? text : nil, file: "", in: store)
    }

    /// Stores the manifest.
    ///
    /// - Parameter file: the path of the manifest, or of the folder of images, as given by the user.
    /// - Throws: `StoreError`.
    package func origin(manifest: [UInt8]?, file: String, in store: ContentStore) throws -> RunOrigin {
        RunOrigin(
            manifest: try manifest.map { try store.put(bytes: $0) }, file: file,
            recipe: String(decoding: try StageJSON.encode(self), as: UTF8.self))
    }
}
