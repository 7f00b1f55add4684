import Console
import ContentStore
import Pipeline
import Synchronization

/// Progress for programs: one JSON object per line on standard error, documented in docs/reference.md.
///
/// `version` rises when a member is removed or changes its meaning, but not for new events and members. History: 1 =
/// first.
final class JSONProgress: RunReporter {
    static let version = 1

    private struct Event: Encodable {
        let version = JSONProgress.version
        let event: String
        var task: String?
        var state: String?
        var seconds: Double?
        var completed, total: Int?
        var unit, note, failure: String?
        var run, cached, failed, skipped: Int?
        var remainingSeconds: Double?
        var isCancelled: Bool?
        var pending, running: Int?
    }

    /// The time of the last line about each task; the key "" stands for reading.
    private let last = Mutex<[String: ContinuousClock.Instant]>([:])

    func reading(_ completed: Int, of total: Int) {
        guard completed == total || isDue("") else { return }
        write(Event(event: "reading", completed: completed, total: total, unit: "files"))
    }

    func runStarted(total: Int) {
        write(Event(event: "runStarted", total: total))
    }

    func taskStarted(_ task: TaskID) { write(task, "started") }

    func taskWaits(_ task: TaskID, for obstacle: TaskObstacle) {
        write(task, obstacle == .computedElsewhere ? "waitsForRun" : "waitsForProcessors")
    }

    func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double) {
        write(
            Event(
                event: "taskRetries", task: task.path, seconds: delaySeconds, note: failure.message,
                failure: failure.kind.rawValue))
    }

    func clusterAdvanced(pending: Int, running: Int) {
        write(Event(event: "clusterAdvanced", pending: pending, running: running))
    }

    func clusterNoticed(_ text: String) {
        write(Event(event: "clusterNoticed", note: text))
    }

    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        guard isDue(task.path) else { return }
        write(
            Event(
                event: "taskProgressed", task: task.path, completed: completed, total: total, unit: unit, note: note))
    }

    func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {
        last.withLock { $0[task.path] = nil }
        // Reused results are counted, but not listed.
        if outcome != .cached { write(task, outcome.rawValue, outcome == .skipped ? nil : durationSeconds) }
    }

    func runAdvanced(_ counts: TaskCounts) { write("runAdvanced", counts, nil) }

    func runFinished(_ summary: ExecutionSummary) { write("runFinished", summary.counts, summary.isCancelled) }

    private func write(_ task: TaskID, _ state: String, _ seconds: Double? = nil) {
        write(Event(event: "task", task: task.path, state: state, seconds: seconds))
    }

    private func write(_ name: String, _ counts: TaskCounts, _ isCancelled: Bool?) {
        write(
            Event(
                event: name, total: counts.total, run: counts.run, cached: counts.cached, failed: counts.failed,
                skipped: counts.skipped, remainingSeconds: counts.remainingSeconds, isCancelled: isCancelled))
    }

    private func write(_ event: Event) { StandardError.write(json: event) }

    /// Limits the output to one line per second and task.
    private func isDue(_ name: String) -> Bool {
        let now = ContinuousClock.now
        return last.withLock { last in
            if let before = last[name], now - before < .seconds(1) { return false }
            last[name] = now
            return true
        }
    }
}
