import AnomalyDetection
import ContentStore
import Folders
import Foundation
import Manifests
import ModelRegistry
import Pipeline
import Privacy

/// What has to be done again, from the image files on, for a result to be made anew.
public struct ReproductionPlan: Sendable {
    /// The run that is done again.
    public let run: LineageExecution
    /// Keys of its tasks that are compared.
    public let keys: Set<Digest>
    public let recipe: RunRecipe

    /// - Parameter subject: of a run, all its tasks are done again; of anything else, those that it was made by.
    /// - Throws: `LineageError`, `StoreError`.
    public init(_ subject: LineageSubject, _ store: ContentStore) throws {
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
                reason: "it was made by an earlier version of the program, which did not keep manifests, or imported")
        }
        switch recipe.command {
        case .run, .score: break
        case .retrain:
            throw LineageError.unrepeatable(
                run: number, reason: "it is a night of retraining, which \(try Self.check(run, store)) computes again")
        case .sweep, .preview:
            throw LineageError.unrepeatable(
                run: number, reason: "it is of nominal \(recipe.command.rawValue); runs and scorings can be")
        }
        keys = Set(graph.actions.map(\.key))
        (self.run, self.recipe) = (run, recipe)
    }

    /// The manifest that the run had.
    ///
    /// - Parameter file: where it lies now, in place of the path that was given then; folders that were left out are taken from there.
    /// - Throws: `LineageError.unrepeatable`, `ManifestError`, `StoreError`.
    public func manifest(file: String?, _ store: ContentStore) throws -> JobManifest {
        guard let digest = run.manifest else {
            throw LineageError.unrepeatable(run: run.record.number, reason: "its manifest is not known")
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
        // Paths in it count from its folder, of which the store knows no more than it keeps.
        guard !isHidden, try AtomicFile.exists(given) else {
            throw LineageError.unrepeatable(
                run: run.record.number,
                reason: "the store keeps no folders; say where its manifest lies: --manifest FOLDER/\(given)")
        }
        return manifest
    }

    /// The folder of images that a scoring was given.
    public func folder(_ file: String?) throws -> ManifestPath {
        let place = file ?? run.file ?? ""
        guard !PathRedaction.isHidden(place) else {
            throw LineageError.unrepeatable(
                run: run.record.number,
                reason: "its folder was left out of what is kept; --manifest FOLDER says where it is")
        }
        return ManifestPath(place, relativeTo: NamedFolder.current)
    }

    /// The tasks of a run of a manifest to do again.
    ///
    /// - Parameter digests: of a list of files, in its order.
    /// - Throws: what the data set and the stores throw.
    public func graph(_ manifest: JobManifest, _ store: ContentStore, digests: ([String]) throws -> [Digest]) throws
        -> TaskGraph
    {
        try part(of: try Job(manifest, digests: digests).graph, store)
    }

    /// The tasks of a scoring to do again.
    ///
    /// - Parameter fresh: the store that the work is done in.
    /// - Throws: what the data set and the stores throw.
    public func graph(
        scoring folder: ManifestPath, _ store: ContentStore, fresh: ContentStore, digests: ([String]) throws -> [Digest]
    ) throws -> TaskGraph {
        guard let digest = recipe.model else {
            throw LineageError.unrepeatable(run: run.record.number, reason: "its model is not known")
        }
        let model = try Model(bytes: try store.read(digest), name: "model \(digest.short)")
        let images = try DatasetScan.images(below: folder.absolute, followsLinks: recipe.followsLinks ?? false)
        let job = try ScoringJob(
            model: model, category: images, engine: recipe.engine,
            setAsideBadImages: recipe.setsBadImagesAside ?? false,
            tolerance: recipe.tolerance ?? 0, threshold: recipe.threshold, store: fresh, digests: digests)
        return try part(of: job.graph, store)
    }

    /// The command that does a night again, as far as the history says what it was called with.
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
