/// How a task got its result, or why it has none.
public enum TaskOutcome: String, Sendable, Hashable {
    case run, cached, failed, skipped
}

/// Is told what happens during a run. Calls come from several threads, not in any order between tasks; they should
/// return soon.
public protocol ExecutionObserver: Sendable {
    func runStarted(total: Int)
    func taskStarted(_ task: TaskID)
    /// `unit` and `note` are for people: 12 of 40 "images", currently "broken_large/007.png".
    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?)
    /// `durationSeconds` is 0 unless the task ran.
    func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double)
    func runFinished(_ summary: ExecutionSummary)
}

extension ExecutionObserver {
    public func runStarted(total: Int) {}
    public func taskStarted(_ task: TaskID) {}
    public func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {}
    public func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {}
    public func runFinished(_ summary: ExecutionSummary) {}
}

/// Looks away.
public struct SilentObserver: ExecutionObserver {
    public init() {}
}
