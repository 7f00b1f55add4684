import ContentStore
import Manifests
import Pipeline
import Reports
import Stages

/// A manifest as a task graph, with the knowledge of which task makes what.
package struct Job: Sendable {
    /// One category with one set of parameters and one seed.
    package struct Case: Sendable {
        /// The category, followed by `.VARIANT.seedN` where the manifest asks for several.
        package var name: String
        var category: String
        /// "" in a manifest without variants.
        var variant: String
        var recipe: TrainingRecipe
        var select: TaskID
        /// By training shard.
        var corruptions: [TaskID]
        var calibrate, assess, metrics, card: TaskID
        var overlays: [TaskID]
    }

    package let name: String
    package let graph: TaskGraph
    package let cases: [Case]
    let aggregate, report, record: TaskID
    let require: TaskID?
    /// Files that the job depends on, for build tools: images, masks, textures.
    package let sourcePaths: [String]
    /// What the scan found that is worth telling.
    package let notes: [String]
    /// What it found that makes the figures other than expected.
    package let warnings: [String]

    /// - Parameter digests: of a list of files, in its order.
    /// - Throws: `DatasetError`, `ManifestError`, `EngineError`, and what `digests` throws.
    package init(_ manifest: JobManifest, digests: ([String]) throws -> [Digest]) throws {
        name = manifest.name
        var builder = try JobBuilder(manifest, digests: digests)
        (cases, aggregate, report, record) = try builder.build()
        graph = try TaskGraph(builder.assembler.tasks)
        require = builder.require
        sourcePaths = builder.sourcePaths
        (notes, warnings) = (builder.notes, builder.warnings)
    }

    /// What became of the manifest's requirements; empty where there are none, or where their task did not end well.
    package func requirements(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [RequirementOutcome] {
        guard let require, let digest = summary.output(of: require, named: "requirements.json") else { return [] }
        return try StageJSON.decode([RequirementOutcome].self, try store.read(digest))
    }
}
