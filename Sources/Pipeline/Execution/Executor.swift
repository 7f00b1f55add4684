import ContentStore

/// Runs a task graph: what the store knows is not run again, what it does not know runs on threads of its own, most
/// urgent first, and is durable before anything uses it.
///
/// A task's key holds its stage, version, parameters and the content of its inputs. So a task that runs again and
/// gives the same outputs leaves everything after it cached. A blob that turns out to be lost or damaged makes the task
/// that made it run again, once.
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

    /// Blocks until the graph is done, a task has failed (unless `keepGoing`), or the run is cancelled. Failures of
    /// tasks are in the summary; what is thrown is a fault of the store itself.
    ///
    /// - Parameters:
    ///   - worker: as in `ExecutorOptions`, where that is not known before.
    ///   - cluster: the same.
    ///   - isSatisfied: the same.
    public func run(
        _ graph: TaskGraph, worker: WorkerProgram? = nil, cluster: ClusterOptions? = nil,
        isSatisfied: (@Sendable (ExecutionSummary) throws -> Bool)? = nil
    ) throws -> ExecutionSummary {
        var options = options
        options.isSatisfied = isSatisfied ?? options.isSatisfied
        options.worker = worker ?? options.worker
        options.cluster = cluster ?? options.cluster
        let summary = try Execution(graph, store, options, observer, cancellation, events).run()
        observer.runFinished(summary)
        return summary
    }

    /// Makes the run stop: no task starts any more, those that run end or give up at `checkCancellation`, what they
    /// committed stays. May be called from any thread, also before `run`, but not from a signal handler.
    public func cancel() {
        cancellation.set()
        events.wake()
    }
}
