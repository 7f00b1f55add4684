import ContentStore
import Manifests
import Pipeline

/// A sweep as a task graph: that of its job with every trial as a variant, up to the assessment and the test metrics of
/// each model, without the pictures and the report.
public struct Sweep: Sendable {
    /// One model: a trial on one category with one seed.
    struct Case: Sendable {
        /// As the tasks of the graph are called: "wood.t001.seed1".
        var name: String
        var category: String
        var seed: UInt64
        var assess, metrics: TaskID

        var targets: [TaskID] { [assess, metrics] }
    }

    public let manifest: SweepManifest
    public let graph: TaskGraph
    /// What the scan found that is worth telling.
    public let notes, warnings: [String]
    public let trials: [SweepTrial]
    /// The models of each trial, by seed and then category.
    let cases: [[Case]]

    /// - Parameter digests: of a list of files, in its order.
    /// - Throws: `ManifestError` where a trial is no valid job, and what `Job.init` throws.
    public init(_ manifest: SweepManifest, digests: ([String]) throws -> [Digest]) throws {
        let trials = TrialSampler.trials(of: manifest)
        let job = try Job(try manifest.job(running: trials), digests: digests)
        let cases = Dictionary(grouping: job.cases) { $0.variant }
        self.manifest = manifest
        self.trials = trials
        self.cases = trials.map { trial in
            (cases[trial.name] ?? []).map {
                Case(
                    name: $0.name, category: $0.category, seed: $0.recipe.training.seed, assess: $0.assess,
                    metrics: $0.metrics)
            }
        }
        (notes, warnings) = (job.notes, job.warnings)
        graph = try TaskGraph(job.graph.part(neededFor: self.cases.joined().flatMap(\.targets)))
    }

    /// The job with all trials of a sweep, and so with all folders that these name.
    ///
    /// - Throws: `ManifestError` where a trial is no valid job.
    public static func job(of manifest: SweepManifest) throws -> JobManifest {
        try manifest.job(running: TrialSampler.trials(of: manifest))
    }

    /// The number of models to train.
    public var caseCount: Int { cases.reduce(0) { $0 + $1.count } }

    /// How many tasks the trials would have if each were run apart, and how many tasks of the graph serve several of them.
    public var sharing: (apart: Int, shared: Int) {
        var uses = [Int](repeating: 0, count: graph.count)
        for models in cases {
            for task in graph.closure(of: models.flatMap(\.targets)) { uses[task] += 1 }
        }
        return (uses.reduce(0, +), uses.count { $0 > 1 })
    }
}
