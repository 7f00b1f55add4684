import ContentStore

/// How a task got its result, or why it has none.
public enum TaskOutcome: String, Sendable, Hashable {
    case run, cached, failed, skipped
}

/// Why a task that could start does not.
public enum TaskObstacle: Sendable, Hashable {
    /// Another run computes the same.
    case computedElsewhere
    /// Other runs use the processors.
    case machineBusy
}

/// Is told what happens during a run. Calls come from several threads, not in any order between tasks; they should
/// return soon.
public protocol ExecutionObserver: Sendable {
    func runStarted(total: Int)
    func taskStarted(_ task: TaskID)
    /// A task waits for another run on the same store; once for each time that it does. It will start or be cached.
    func taskWaits(_ task: TaskID, for obstacle: TaskObstacle)
    /// An attempt failed, and another one follows.
    func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double)
    /// From time to time, with the time left where it can be told.
    func runAdvanced(_ counts: TaskCounts)
    /// What waits and what runs on a cluster, in elements of its arrays; from time to time.
    func clusterAdvanced(pending: Int, running: Int)
    /// Something about the cluster that a person should know; once for each text.
    func clusterNoticed(_ text: String)
    /// `unit` and `note` are for people: 12 of 40 "images", currently "broken_large/007.png".
    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?)
    /// The peak resident memory of the process that computed a task elsewhere; before `taskFinished`.
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

/// Looks away.
public struct SilentObserver: ExecutionObserver {
    public init() {}
}
