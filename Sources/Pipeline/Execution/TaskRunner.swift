import ContentStore
import Host
import Synchronization

/// Computes attempts on threads, in worker processes or on a cluster.
///
/// A runner has side effects but makes no decisions. The run's own thread, its only caller, decides which tasks
/// start, which are retried, and which results count. Every task passed to `start` comes back as exactly one `TaskEnd`
/// through the `EventQueue`.
protocol TaskRunner: AnyObject {
    /// The number of tasks that the runner can begin now.
    var freeSlots: Int { get }
    /// The number of light tasks that it can take besides, to begin them when others end.
    var slotsAhead: Int { get }
    /// True if whole-machine tasks use the cores of this machine.
    var usesLocalCores: Bool { get }

    /// Takes a task and begins an attempt at it now or later. If that fails, the error comes back as the end.
    ///
    /// - Throws: `HostError` if no thread can be started.
    func start(_ task: RunnableTask) throws

    /// Collects external results and does due work. Called after every event.
    ///
    /// - Returns: The monotonic time in seconds of the next call; `nil` if the runner's threads post events.
    func poll() -> Double?

    /// Begins no further attempt. Running attempts finish, or end at once if `isCancelled`. May be called repeatedly.
    func stop(isCancelled: Bool)

    /// Releases all resources, after the last end.
    func close()
}

extension TaskRunner {
    var usesLocalCores: Bool { true }
    var slotsAhead: Int { 0 }
    func poll() -> Double? { nil }
    func stop(isCancelled: Bool) {}
    func close() {}
}

/// A task to compute.
struct RunnableTask: Sendable {
    /// The position of the task in the graph.
    let index: Int
    let task: PipelineTask
    let key: ActionKey
    /// The number of the last recorded attempt; `nil` if it must be looked up.
    var lastAttempt: Int?
    /// True if a stored result is recomputed for comparison, which is no attempt.
    var isCheck = false
    /// The number of times the task was returned untried (see `TaskEnd.Kind.returned`).
    var returns = 0
}

/// The end of an attempt.
struct TaskEnd: Sendable {
    enum Kind: Sendable {
        case finished
        /// The task was taken ahead, and did not begin.
        case notBegun
        /// The task did not cause the end: it is retried after the delay, without counting a failure.
        case returned(delaySeconds: Double)
        /// The comparison of a recomputed result with the stored one: the difference, or `nil` if they are equal.
        case checked(String?)
    }

    let index: Int
    /// The attempt to record; `nil` if absent.
    let attempt: Attempt?
    let result: Result<ActionResult, any Error>
    var kind = Kind.finished
    let seconds: Double
    var log = ""
    /// The peak resident memory of the worker process, in MiB; `nil` for an attempt in this process.
    var peakMiB: Int?

    static func notBegun(_ task: RunnableTask) -> TaskEnd {
        TaskEnd(
            index: task.index, attempt: nil, result: .failure(PipelineError.cancelled), kind: .notBegun, seconds: 0)
    }
}

/// An event for the run's thread.
enum ExecutionEvent: Sendable {
    case ended(TaskEnd)
    /// The end of a task is durable or failed to become so: the computed result and the one that counts.
    case durable(
        index: Int, computed: Result<ActionResult, any Error>, result: Result<ActionResult, any Error>, seconds: Double)
}

/// Pending events for the run's thread.
final class EventQueue: Sendable {
    private let events = Monitor<(list: [ExecutionEvent], isWoken: Bool)>(([], false))

    func post(_ new: [ExecutionEvent]) { events.update { $0.list += new } }

    /// Wakes a waiting `take` without an event.
    func wake() { events.update { $0.isWoken = true } }

    /// Takes all events. Waits for the first one until a monotonic time in seconds, or without limit if `nil`.
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

/// The parts of a run that runners use.
struct RunContext: Sendable {
    let store: ContentStore
    let execution: Int64
    let options: ExecutorOptions
    let observer: any ExecutionObserver
    let cancellation: CancellationFlag
    let folders: AttemptFolders
    let events: EventQueue

    /// Begins an attempt. May be called from any thread.
    func begin(_ task: RunnableTask) throws -> Attempt {
        try store.beginAttempt(
            task.key, execution: execution, task: task.task.id.path, lastAttempt: task.lastAttempt)
    }

    func threads(for task: PipelineTask) -> Int {
        let threads = task.threads(of: options.threads)
        return options.localMemory?.threads(threads, for: task.memory) ?? threads
    }

    /// The text as it is stored, with paths redacted.
    func kept(_ text: String) -> String { options.redaction?.text(text) ?? text }
}

/// A flag that stops a run.
final class CancellationFlag: Sendable {
    private let isRaised = Atomic<Bool>(false)

    var isSet: Bool { isRaised.load(ordering: .acquiring) }

    func set() { isRaised.store(true, ordering: .releasing) }
}
