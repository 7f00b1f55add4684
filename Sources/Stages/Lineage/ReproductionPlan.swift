import AnomalyDetection
import ContentStore
import Foundation
import Manifests
import Pipeline

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
        guard let last = graph.actions.first else { throw LineageError.unknown(text: subject.words, reason: "nothing made it") }
        guard let number = try subject.run ?? store.lastRun(with: last.key), let run = try store.lineageExecution(number) else {
            throw LineageError.unknown(text: subject.words, reason: "no run that made it is known")
        }
        guard let json = run.recipe, let recipe = RunRecipe(json: json) else {
            throw LineageError.unrepeatable(
                run: number, reason: "it was made by an earlier version of the program, which did not keep manifests, or imported")
        }
        switch recipe.command {
        case .run, .score: break
        case .retrain:
            throw LineageError.unrepeatable(run: number, reason: "it is a night; nominal retrain JOB --check NIGHT does it again")
        case .sweep, .preview:
            throw LineageError.unrepeatable(run: number, reason: "it is of nominal \(recipe.command.rawValue); runs and scorings can be")
        }
        keys = Set(graph.actions.map(\.key))
        (self.run, self.recipe) = (run, recipe)
    }

    /// The tasks to do again, as a graph.
    ///
    /// - Parameters:
    ///   - file: the path of the manifest, or the folder of images, in place of the one that was given then.
    ///   - fresh: the store that the work is done in.
    ///   - digests: of a list of files, in its order.
    /// - Throws: what the manifest, the data set and the stores throw.
    public func graph(
        file: String?, _ store: ContentStore, fresh: ContentStore, digests: ([String]) throws -> [Digest]
    ) throws -> TaskGraph {
        let place = file ?? run.file ?? ""
        let whole: TaskGraph
        switch recipe.command {
        case .score:
            guard let digest = recipe.model else { throw LineageError.unrepeatable(run: run.record.number, reason: "its model is not known") }
            let model = try Model(bytes: try store.read(digest), name: "model \(digest.short)")
            let source = ManifestPath(place, relativeTo: FileManager.default.currentDirectoryPath)
            whole = try ScoringJob(
                model: model, category: try DatasetScan.images(below: source.absolute), engine: recipe.engine,
                setAsideBadImages: recipe.setsBadImagesAside ?? false,
                tolerance: recipe.tolerance ?? 0, store: fresh, digests: digests
            ).graph
        default:
            guard let digest = run.manifest else { throw LineageError.unrepeatable(run: run.record.number, reason: "its manifest is not known") }
            whole = try Job(try JobManifest.parse(bytes: try store.read(digest), file: place), digests: digests).graph
        }
        let tasks = Set((try store.taskKeys(run.record.number)?.entries ?? []).filter { keys.contains($0.key) }.map(\.task))
        return try TaskGraph(whole.part(neededFor: whole.tasks.map(\.id).filter { tasks.contains($0.path) }))
    }
}
