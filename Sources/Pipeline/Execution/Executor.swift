import ContentStore

/// Runs a task graph. Tasks with a known result are not run again. The others run by priority, and their results are
/// durable before another task uses them.
///
/// A task's key holds its stage, version, settings and the content of its inputs. If a task runs again and gives the
/// same outputs, its consumers stay cached. If a blob is lost or damaged, the task that produced it runs once more.
public final class Executor: Sendable {
    private let store: ContentStore
    private let options: ExecutorOptions
    private let observer: any ExecutionObserver
    private let cancellation = CancellationFlag()
    private let events = EventQueue()

    public init(store: ContentStore, options: ExecutorOptions, observer: any ExecutionObserver = SilentObserver()) {
        self.store = store
        self.options = options
        self.observer = observer
    }

    /// Blocks until the graph is done, a task has failed (unless `keepGoing`), or the run is cancelled.
    ///
    /// - Parameters:
    ///   - worker: Overrides `ExecutorOptions.worker`.
    ///   - cluster: Overrides `ExecutorOptions.cluster`.
    ///   - isSatisfied: Overrides `ExecutorOptions.isSatisfied`.
    /// - Throws: Errors of the store itself, and `PipelineError.needsMemory` before the first task. Task failures are
    ///   in the summary.
    public func run(
        _ graph: TaskGraph, worker: WorkerProgram? = nil, cluster: ClusterOptions? = nil,
        isSatisfied: (@Sendable (ExecutionSummary) throws -> Bool)? = nil
    ) throws -> ExecutionSummary {
        var options = options
        options.isSatisfied = isSatisfied ?? options.isSatisfied
        options.worker = worker ?? options.worker
        options.cluster = cluster ?? options.cluster
        if let limit = options.localMemory, let largest = graph.tasks.max(by: { $0.least < $1.least }),
            largest.least > limit.bytes
        {
            throw PipelineError.needsMemory(task: largest.id, bytes: largest.least, limit: limit.bytes)
        }
        let summary = try Execution(graph, store, options, observer, cancellation, events).run()
        observer.runFinished(summary)
        return summary
    }

    /// Cancels the run. No further task starts; running tasks finish or stop at `checkCancellation`. Committed
    /// results stay. May be called from any thread, also before `run`, but not from a signal handler.
    public func cancel() {
        cancellation.set()
        events.wake()
    }
}

extension PipelineTask {
    /// The limit on a run's memory that the task needs at least, in bytes.
    fileprivate var least: Int { MemoryLimit.least(for: memory) }
}
