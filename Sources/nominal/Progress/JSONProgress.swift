import Console
import ContentStore
import Pipeline
import Synchronization

/// Progress for programs: one JSON object per line on standard error, documented in docs/guide.md.
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

        init(_ event: String) { self.event = event }
    }

    /// The time of the last line about each task; the key "" stands for reading.
    private let last = Mutex<[String: ContinuousClock.Instant]>([:])

    func reading(_ completed: Int, of total: Int) {
        guard completed == total || isDue("") else { return }
        var event = Event("reading")
        (event.completed, event.total, event.unit) = (completed, total, "files")
        write(event)
    }

    func runStarted(total: Int) {
        var event = Event("runStarted")
        event.total = total
        write(event)
    }

    func taskStarted(_ task: TaskID) { write(task, "started") }

    func taskWaits(_ task: TaskID, for obstacle: TaskObstacle) {
        write(task, obstacle == .computedElsewhere ? "waitsForRun" : "waitsForProcessors")
    }

    func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double) {
        var event = Event("taskRetries")
        (event.task, event.failure, event.note) = (task.path, failure.kind.rawValue, failure.message)
        event.seconds = delaySeconds
        write(event)
    }

    func clusterAdvanced(pending: Int, running: Int) {
        var event = Event("clusterAdvanced")
        (event.pending, event.running) = (pending, running)
        write(event)
    }

    func clusterNoticed(_ text: String) {
        var event = Event("clusterNoticed")
        event.note = text
        write(event)
    }

    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        guard isDue(task.path) else { return }
        var event = Event("taskProgressed")
        (event.task, event.completed, event.total) = (task.path, completed, total)
        (event.unit, event.note) = (unit, note)
        write(event)
    }

    func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {
        last.withLock { $0[task.path] = nil }
        // Reused results are counted, but not listed.
        if outcome != .cached { write(task, outcome.rawValue, outcome == .skipped ? nil : durationSeconds) }
    }

    func runAdvanced(_ counts: TaskCounts) { write("runAdvanced", counts, nil) }

    func runFinished(_ summary: ExecutionSummary) { write("runFinished", summary.counts, summary.isCancelled) }

    private func write(_ task: TaskID, _ state: String, _ seconds: Double? = nil) {
        var event = Event("task")
        (event.task, event.state, event.seconds) = (task.path, state, seconds)
        write(event)
    }

    private func write(_ name: String, _ counts: TaskCounts, _ isCancelled: Bool?) {
        var event = Event(name)
        (event.total, event.run, event.cached) = (counts.total, counts.run, counts.cached)
        (event.failed, event.skipped) = (counts.failed, counts.skipped)
        (event.remainingSeconds, event.isCancelled) = (counts.remainingSeconds, isCancelled)
        write(event)
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
