import ContentStore
import Privacy

/// How a run proceeds; nothing here changes a result, except `keyParts`, which are part of every key.
public struct ExecutorOptions: Sendable {
    /// Tasks at once.
    public var jobs: Int
    /// Threads that a whole-machine task may use, and processors that it takes.
    public var threads: Int
    /// Processors that whole-machine tasks of all runs on this store share.
    public var cores: Int
    /// True if tasks that do not depend on a failed one still start.
    public var keepGoing: Bool
    /// What happens after failures, and what an attempt may take.
    public var policy = FailurePolicy()
    /// Where attempts are made: in processes of their own, or, if `nil`, on threads of this one. Limits need the former.
    public var worker: WorkerProgram?
    /// Where attempts are made on other machines; nil for on this one.
    public var cluster: ClusterOptions?
    /// Share of the stored results to compute again and compare, 0 to 1; always the same ones.
    public var checkedShare = 0.0
    /// Objects that the tasks of this process share.
    public var shared = SharedResources()
    /// Parts of every key beside those of the stages: the version of the numerics.
    public var keyParts: [KeyPart]
    /// How paths in warnings, logs and errors are written where they are kept; nil for as they are.
    public var redaction: PathRedaction?
    /// For the history: the command line and the versions of the program and its libraries.
    public var command: String
    public var versions: String
    /// For garbage collection: the job that this is a run of.
    public var subject: String?
    /// For the lineage: the manifest.
    public var origin: RunOrigin?
    /// True where a run whose tasks all succeeded meets what its manifest requires; nil where nothing is required. Decides the
    /// outcome that is recorded.
    public var isSatisfied: (@Sendable (ExecutionSummary) throws -> Bool)?

    public init(
        jobs: Int, threads: Int? = nil, cores: Int? = nil, keepGoing: Bool = false, keyParts: [KeyPart] = [],
        command: String = "",
        versions: String = "", subject: String? = nil
    ) {
        self.jobs = max(jobs, 1)
        self.threads = max(threads ?? jobs, 1)
        self.cores = max(cores ?? self.threads, self.threads)
        self.keepGoing = keepGoing
        self.keyParts = keyParts
        self.command = command
        self.versions = versions
        self.subject = subject
    }

    /// Tasks that proceed at once, for estimates.
    var concurrency: Int { cluster?.elementLimit ?? jobs }

    /// Tasks with several threads that proceed at once.
    var wholeMachineLimit: Int { cluster?.elementLimit ?? cores / threads }
}
