import ContentStore
import Foundation
import Glibc
import Host
import Jobs
import Pipeline
import Synchronization

/// Measures duration, processor time and memory of the tasks of a run, and forwards all events to another observer.
final class TaskMeter: ExecutionObserver, Sendable {
    private struct State {
        var observed: [TaskID: RunTiming.Observation] = [:]
        /// The peak memory of tasks that other processes computed, as these measured it.
        var measured: [TaskID: Int] = [:]
        /// Peak memory in MiB since the start of each running task.
        var running: [TaskID: Int] = [:]
        /// The processor seconds of each running task: those of the process, shared equally by the tasks that run.
        var processorSeconds: [TaskID: Double] = [:]
        var lastProcessorSeconds = HostClock.processorSeconds()
        /// Changes whenever a run starts or ends, so that the sampling of an earlier run ends.
        var phase = 0
    }

    private let next: any ExecutionObserver
    private let state = Mutex(State())

    init(_ next: any ExecutionObserver) { self.next = next }

    /// Measurements of the tasks with a result.
    var observed: [TaskID: RunTiming.Observation] { state.withLock { $0.observed } }

    /// Starts to sample the memory of the process every 50 ms.
    func runStarted(total: Int) {
        next.runStarted(total: total)
        // A run restarts if a blob turns out to be damaged at its end.
        let own = state.withLock { state in
            state.phase += 1
            return state.phase
        }
        // Without the thread, memory is sampled only when tasks start and end.
        try? WorkThread.start(named: "task meter") { [self] in
            while state.withLock({ $0.phase == own }) {
                sample()
                usleep(50_000)
            }
        }
    }

    func taskStarted(_ task: TaskID) {
        sample()
        state.withLock { ($0.running[task], $0.processorSeconds[task]) = (Self.residentMiB, 0) }
        next.taskStarted(task)
    }

    func taskWaits(_ task: TaskID, for obstacle: TaskObstacle) { next.taskWaits(task, for: obstacle) }

    func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double) {
        next.taskRetries(task, after: failure, delaySeconds: delaySeconds)
    }

    func runAdvanced(_ counts: TaskCounts) { next.runAdvanced(counts) }

    func clusterAdvanced(pending: Int, running: Int) { next.clusterAdvanced(pending: pending, running: running) }

    func clusterNoticed(_ text: String) { next.clusterNoticed(text) }

    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        next.taskProgressed(task, completed: completed, total: total, unit: unit, note: note)
    }

    func taskMeasured(_ task: TaskID, peakMiB: Int) { state.withLock { $0.measured[task] = peakMiB } }

    func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {
        sample()
        state.withLock { state in
            let own = state.running.removeValue(forKey: task)
            let processorSeconds = state.processorSeconds.removeValue(forKey: task)
            let measured = state.measured.removeValue(forKey: task)
            switch outcome {
            case .run:
                state.observed[task] = RunTiming.Observation(
                    seconds: durationSeconds, peakMiB: measured ?? own,
                    processorSeconds: measured == nil ? processorSeconds : nil)
            case .cached: state.observed[task] = RunTiming.Observation()
            case .failed, .skipped: break
            }
        }
        next.taskFinished(task, outcome: outcome, durationSeconds: durationSeconds)
    }

    func runFinished(_ summary: ExecutionSummary) {
        state.withLock { $0.phase += 1 }
        next.runFinished(summary)
    }

    private func sample() {
        let memory = Self.residentMiB
        state.withLock { state in
            let now = HostClock.processorSeconds()
            let share = (now - state.lastProcessorSeconds) / Double(max(1, state.running.count))
            state.lastProcessorSeconds = now
            for task in state.running.keys {
                state.running[task] = max(state.running[task] ?? 0, memory)
                state.processorSeconds[task, default: 0] += share
            }
        }
    }

    /// Resident memory of the process from /proc, or 0 if unavailable.
    private static var residentMiB: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (pages * sysconf(Int32(_SC_PAGESIZE))) >> 20
    }
}
