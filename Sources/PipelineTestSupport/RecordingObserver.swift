import Pipeline
import Synchronization

/// Remembers how every task ended and what was reported.
public final class RecordingObserver: ExecutionObserver {
    private struct Record: Sendable {
        var outcomes: [TaskID: TaskOutcome] = [:]
        var started: [TaskID] = []
        var waited: [TaskID] = []
        var retried: [TaskID] = []
        var progress: [String] = []
        var notices: [String] = []
        var finishedRuns = 0
    }

    private let record = Mutex(Record())

    public init() {}

    public var outcomes: [TaskID: TaskOutcome] { record.withLock { $0.outcomes } }
    /// In the order of starting; a task that was started twice is here twice.
    public var started: [TaskID] { record.withLock { $0.started } }
    /// Tasks of which an attempt failed before another one was made, in that order.
    public var retried: [TaskID] { record.withLock { $0.retried } }
    /// Tasks that had to wait for another run, in the order of waiting.
    public var waited: [TaskID] { record.withLock { $0.waited } }
    /// "task completed/total unit", in the order of reporting.
    public var progress: [String] { record.withLock { $0.progress } }

    /// About the cluster, in the order of being made.
    public var notices: [String] { record.withLock { $0.notices } }

    /// The number of runs that were reported as finished.
    public var finishedRuns: Int { record.withLock { $0.finishedRuns } }

    /// The paths of the tasks that ended so, sorted.
    public func tasks(_ outcome: TaskOutcome) -> [String] {
        outcomes.filter { $0.value == outcome }.map(\.key.path).sorted()
    }

    public func runFinished(_ summary: ExecutionSummary) { record.withLock { $0.finishedRuns += 1 } }

    public func taskStarted(_ task: TaskID) { record.withLock { $0.started.append(task) } }

    public func clusterNoticed(_ text: String) { record.withLock { $0.notices.append(text) } }

    public func taskWaits(_ task: TaskID, for obstacle: TaskObstacle) { record.withLock { $0.waited.append(task) } }

    public func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double) {
        record.withLock { $0.retried.append(task) }
    }

    public func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        record.withLock { $0.progress.append("\(task) \(completed)/\(total) \(unit)") }
    }

    public func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {
        record.withLock { $0.outcomes[task] = outcome }
    }
}
