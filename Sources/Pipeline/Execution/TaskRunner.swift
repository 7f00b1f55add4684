import ContentStore
import Host
import Synchronization

/// Computes attempts at tasks: on threads, in worker processes, or on a cluster.
///
/// A runner has effects and decides nothing: the run's own thread, the only one that calls it, decides what starts, what is tried
/// again and what counts. Every attempt that `start` took comes back as one `TaskEnd` through the `EventQueue`.
protocol TaskRunner: AnyObject {
    /// How many more tasks the runner takes now.
    var freeSlots: Int { get }
    /// True if whole-machine tasks use the cores of this machine.
    var usesLocalCores: Bool { get }

    /// Takes over an attempt that an earlier execution left running, if there is one; `start` follows with it.
    ///
    /// - Parameter lastAttempt: the number of the last attempt on record.
    func adopt(_ key: ActionKey, lastAttempt: Int?) -> Attempt?

    /// Takes an attempt. What prevents it from being computed comes back as its end.
    ///
    /// - Throws: `HostError` where not a single thread can be had.
    func start(_ task: RunnableTask) throws

    /// Takes in what happened elsewhere, and does what is due. Called after every event.
    ///
    /// - Returns: the monotonic time in seconds by which it must be called again; `nil` if its threads post events.
    func poll() -> Double?

    /// No further attempt begins; those in progress end by themselves, or at once if `isCancelled`. May be called again.
    func stop(isCancelled: Bool)

    /// Releases everything, after the last end.
    func close()
}

extension TaskRunner {
    var usesLocalCores: Bool { true }
    func adopt(_ key: ActionKey, lastAttempt: Int?) -> Attempt? { nil }
    func poll() -> Double? { nil }
    func stop(isCancelled: Bool) {}
    func close() {}
}

/// An attempt at a task, as a runner gets it.
struct RunnableTask: Sendable {
    /// The position of the task in the graph.
    let index: Int
    let task: PipelineTask
    let key: ActionKey
    /// `nil` if a stored result is computed again for comparison.
    let attempt: Attempt?
    /// How often the task came back without being tried (see `TaskEnd.Kind.returned`).
    var returns = 0
}

/// The end of an attempt.
struct TaskEnd: Sendable {
    enum Kind: Sendable {
        case finished
        /// The task is not to blame, because its turn had not come: it is tried again, after a delay in seconds.
        case returned(delaySeconds: Double)
        /// The comparison of a stored result: what differs, or `nil`.
        case checked(String?)
    }

    let index: Int
    /// The attempt to record; `nil` where there is nothing to record.
    let attempt: Attempt?
    let result: Result<ActionResult, any Error>
    var kind = Kind.finished
    let seconds: Double
    var log = ""
    /// The peak resident memory of the process that computed it, in MiB; `nil` where this process did.
    var peakMiB: Int?
}

/// Something that the run's thread has to book.
enum ExecutionEvent: Sendable {
    case ended(TaskEnd)
    /// The end of a task is durable, or could not be made so: what was computed, and what counts.
    case durable(
        index: Int, computed: Result<ActionResult, any Error>, result: Result<ActionResult, any Error>, seconds: Double)
}

/// Events on their way to the run's thread.
final class EventQueue: Sendable {
    private let events = Monitor<(list: [ExecutionEvent], isWoken: Bool)>(([], false))

    func post(_ event: ExecutionEvent) { events.update { $0.list.append(event) } }

    /// Ends a wait without an event.
    func wake() { events.update { $0.isWoken = true } }

    /// Takes all events; waits for one at most until a monotonic time in seconds, or without limit.
    func take(before deadline: Double?) -> [ExecutionEvent] {
        func ready(_ state: inout (list: [ExecutionEvent], isWoken: Bool)) -> [ExecutionEvent]? {
            guard !state.list.isEmpty || state.isWoken else { return nil }
            defer { state = ([], false) }
            return state.list
        }
        guard let deadline else { return events.wait(for: ready) }
        return events.wait(atMostSeconds: deadline - HostClock.monotonicSeconds(), for: ready) ?? []
    }
}

/// What runners need of a run.
struct RunContext: Sendable {
    let store: ContentStore
    let execution: Int64
    let options: ExecutorOptions
    let observer: any ExecutionObserver
    let cancellation: CancellationFlag
    let folders: AttemptFolders
    let events: EventQueue

    func threads(for task: PipelineTask) -> Int { task.resources == .wholeMachine ? options.threads : 1 }

    /// A text as the store keeps it.
    func kept(_ text: String) -> String { options.redaction?.text(text) ?? text }
}

/// A flag that tells a run to stop.
final class CancellationFlag: Sendable {
    private let isRaised = Atomic<Bool>(false)

    var isSet: Bool { isRaised.load(ordering: .acquiring) }

    func set() { isRaised.store(true, ordering: .releasing) }
}
