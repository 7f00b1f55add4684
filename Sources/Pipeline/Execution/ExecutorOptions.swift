import ContentStore
import Privacy

/// The options of a run. Only `keyParts`, which are part of every key, affect results.
public struct ExecutorOptions: Sendable {
    /// The maximum number of tasks that run at once.
    public var jobs: Int
    /// The number of threads and processors of a whole-machine task.
    public var threads: Int
    /// The number of processors that whole-machine tasks of all runs on this store share.
    public var cores: Int
    /// The limit on the memory of the tasks on this machine; `nil` for none.
    public var memory: MemoryLimit?
    /// True if tasks that do not depend on a failed one still start.
    public var keepGoing: Bool
    /// Retries and the limits of an attempt.
    public var policy = FailurePolicy()
    /// The program for worker processes; `nil` to run attempts on threads of this process. Limits require a worker
    /// process.
    public var worker: WorkerProgram?
    /// The cluster that runs attempts; `nil` to run them on this machine.
    public var cluster: ClusterOptions?
    /// The fraction of stored results to recompute and compare, 0 to 1. The same results are chosen in every run.
    public var checkedShare = 0.0
    /// Objects that the tasks of this process share.
    public var shared = SharedResources()
    /// Further parts of every key, such as the version of the numerics.
    public var keyParts: [KeyPart]
    /// The redaction of paths in stored warnings, logs and errors; `nil` for none.
    public var redaction: PathRedaction?
    /// The command line and the versions of the program and its libraries, for the history.
    public var command: String
    public var versions: String
    /// The job of this run, for garbage collection.
    public var subject: String?
    /// The manifest of this run, for the lineage.
    public var origin: RunOrigin?
    /// Returns true if a run without failures meets the requirements of its manifest; `nil` if absent.
    /// Determines the recorded outcome.
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

    /// The number of concurrent tasks that estimates assume.
    var concurrency: Int { cluster?.elementLimit ?? jobs }

    /// The limit on the memory of tasks that this process or its workers run.
    var localMemory: MemoryLimit? { cluster == nil ? memory : nil }

    /// The number of whole-machine tasks that may run at once.
    var wholeMachineLimit: Int { cluster?.elementLimit ?? cores / threads }
}
