import ContentStore
import Manifests
import Pipeline
import Stages

/// The task graph of a manifest, with the tasks that make its results.
package struct Job: Sendable {
    /// One category with one set of parameters and one seed.
    package struct Case: Sendable {
        /// The category, followed by `.VARIANT.seedN` if the manifest defines several.
        package var name: String
        var category: String
        /// "" in a manifest without variants.
        var variant: String
        var recipe: TrainingRecipe
        var select: TaskID
        /// The corruption tasks by training shard.
        var corruptions: [TaskID]
        var calibrate, assess, metrics, card: TaskID
        var overlays: [TaskID]
    }

    package let name: String
    package let graph: TaskGraph
    package let cases: [Case]
    let aggregate, report, record: TaskID
    let require: TaskID?
    /// The paths of the images, masks and textures that the job depends on, for build tools.
    package let sourcePaths: [String]
    /// Notes from scanning the data set.
    package let notes: [String]
    /// Warnings about findings that affect the results.
    package let warnings: [String]

    /// - Parameters:
    ///   - backbones: the pretrained networks that the manifest may name.
    ///   - digests: returns the digests of a list of files, in its order.
    /// - Throws: `DatasetError`, `ManifestError`, `EngineError`, and what `digests` throws.
    package init(
        _ manifest: JobManifest, backbones: BackboneIndex = .unchecked, digests: ([String]) throws -> [Digest]
    ) throws {
        name = manifest.name
        var builder = try JobBuilder(manifest, backbones, digests: digests)
        (cases, aggregate, report, record) = try builder.build()
        graph = try TaskGraph(builder.assembler.tasks)
        require = builder.require
        sourcePaths = builder.sourcePaths
        (notes, warnings) = (builder.notes, builder.warnings)
    }

    /// The outcomes of the manifest's requirements; empty if there are none, or if their task failed.
    package func requirements(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [RequirementOutcome] {
        guard let require, let digest = summary.output(of: require, named: "requirements.json") else { return [] }
        return try StageJSON.decode([RequirementOutcome].self, try store.read(digest))
    }
}
