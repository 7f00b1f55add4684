import ContentStore

/// The outcome of a task in a run.
public enum TaskOutcome: String, Sendable, Hashable {
    case run, cached, failed, skipped
}

/// The reason why a ready task waits.
public enum TaskObstacle: Sendable, Hashable {
    /// Another run computes the same action.
    case computedElsewhere
    /// Other runs use the processors.
    case machineBusy
}

/// Receives the events of a run. Calls come from several threads and are unordered between tasks. They should return
/// quickly.
public protocol ExecutionObserver: Sendable {
    func runStarted(total: Int)
    func taskStarted(_ task: TaskID)
    /// A task waits for another run on the same store. Called once per wait; the task later starts or is cached.
    func taskWaits(_ task: TaskID, for obstacle: TaskObstacle)
    /// An attempt failed, and another one follows after `delaySeconds`.
    func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double)
    /// Called periodically, with an estimate of the remaining time if there is one.
    func runAdvanced(_ counts: TaskCounts)
    /// The number of pending and running array elements on the cluster. Called periodically.
    func clusterAdvanced(pending: Int, running: Int)
    /// A message about the cluster for the user. Repeated at most every `ClusterOptions.reminderSeconds`.
    func clusterNoticed(_ text: String)
    /// Progress for display: 12 of 40 "images", currently "broken_large/007.png".
    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?)
    /// The peak resident memory of the worker process that computed a task, in MiB. Called before `taskFinished`.
    func taskMeasured(_ task: TaskID, peakMiB: Int)
    /// `durationSeconds` is 0 unless the task ran.
    func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double)
    func runFinished(_ summary: ExecutionSummary)
}

extension ExecutionObserver {
    public func runStarted(total: Int) {}
    public func taskStarted(_ task: TaskID) {}
    public func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double) {}
    public func taskWaits(_ task: TaskID, for obstacle: TaskObstacle) {}
    public func runAdvanced(_ counts: TaskCounts) {}
    public func clusterAdvanced(pending: Int, running: Int) {}
    public func clusterNoticed(_ text: String) {}
    public func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {}
    public func taskMeasured(_ task: TaskID, peakMiB: Int) {}
    public func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {}
    public func runFinished(_ summary: ExecutionSummary) {}
}

/// An observer that ignores all events.
public struct SilentObserver: ExecutionObserver {
    public init() {}
}
