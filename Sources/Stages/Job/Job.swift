import AnomalyDetection
import ContentStore
import Manifests
import Pipeline
import Reports

/// A manifest as a task graph, with the knowledge of which task makes what.
public struct Job: Sendable {
    /// One category with one set of parameters and one seed.
    public struct Case: Sendable {
        /// The category, followed by `.VARIANT.seedN` where the manifest asks for several.
        public var name: String
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

    public let name: String
    public let graph: TaskGraph
    public let cases: [Case]
    let aggregate, report, record: TaskID
    let require: TaskID?
    /// Files that the job depends on, for build tools: images, masks, textures.
    public let sourcePaths: [String]
    /// What the scan found that is worth telling.
    public let notes: [String]
    /// What it found that makes the figures other than expected.
    public let warnings: [String]

    /// Numerics beyond the stages: raised when the same stage gives other bits, because a library or a kernel changed.
    /// History: 1 = first; 2 = layouts of processors with AVX2 and VNNI but without AVX-512, and no bfloat16 on them.
    static let numerics = 2
    public static let keyParts = [KeyPart("numerics", .integer(numerics))]

    /// All stages of the program.
    public static let stages = StageRegistry(
        [
            IngestStage.self, TextureStage.self, SelectStage.self, CorruptStage.self, TrainStage.self,
            CalibrateStage.self, AssessStage.self, ChooseStage.self, ScoreStage.self, OverlayStage.self,
            MetricsStage.self, ConfidenceStage.self, DriftStage.self, InventoryStage.self, CardStage.self,
            AggregateStage.self, RequireStage.self, ReportStage.self, RunRecordStage.self, PreviewStage.self,
            EnrolStage.self, FingerprintStage.self, WarmStartStage.self, GateStage.self,
        ], keyParts: keyParts)

    /// - Parameter digests: of a list of files, in its order.
    /// - Throws: `DatasetError`, `ManifestError`, `EngineError`, and what `digests` throws.
    public init(_ manifest: JobManifest, digests: ([String]) throws -> [Digest]) throws {
        name = manifest.name
        var builder = try JobBuilder(manifest, digests: digests)
        (cases, aggregate, report, record) = try builder.build()
        graph = try TaskGraph(builder.assembler.tasks)
        require = builder.require
        sourcePaths = builder.sourcePaths
        (notes, warnings) = (builder.notes, builder.warnings)
    }

    /// What became of the manifest's requirements; empty where there are none, or where their task did not end well.
    public func requirements(_ summary: ExecutionSummary, _ store: ContentStore) throws -> [RequirementOutcome] {
        guard let require, let digest = summary.output(of: require, named: "requirements.json") else { return [] }
        return try StageJSON.decode([RequirementOutcome].self, try store.read(digest))
    }
}

/// The version of the program.
public enum NominalVersion {
    public static let current = "0.1.0"
}
