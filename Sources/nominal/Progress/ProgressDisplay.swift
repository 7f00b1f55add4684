import Console
import ContentStore
import Foundation
import Glibc
import Host
import Pipeline
import Synchronization

/// Progress of a run as text: a block of lines that is redrawn on a terminal; elsewhere a line per finished task, and a
/// line every ten seconds for each long task.
final class ProgressDisplay: RunReporter {
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let state = Mutex(State())

    struct Running {
        var started: ContinuousClock.Instant
        var first: (completed: Int, at: ContinuousClock.Instant)?
        var completed = 0
        var total = 0
        var unit = ""
        var note: String?
        var lastLine: ContinuousClock.Instant
    }

    private struct State {
        var total = 0
        var finished = 0
        var cached = 0
        var running: [TaskID: Running] = [:]
        /// Tasks that wait for other runs, with the start of the wait.
        var waiting: [TaskID: ContinuousClock.Instant] = [:]
        var counts: (TaskCounts, at: ContinuousClock.Instant)?
        /// Elements in the queue of a cluster.
        var cluster: (pending: Int, running: Int)?
        var lastClusterLine: ContinuousClock.Instant?
        var started: ContinuousClock.Instant?
        /// Progress of reading input files before the run.
        var reading: Running?
        /// Changes whenever a run starts or ends, so that the redrawing of an earlier run ends.
        var phase = 0
        var drawnLines = 0
        var lastDrawn: ContinuousClock.Instant?
    }

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    func runStarted(total: Int) {
        let own = state.withLock { state in
            (state.total, state.reading, state.started) = (total, nil, ContinuousClock.now)
            // A command may have several runs.
            (state.finished, state.cached) = (0, 0)
            state.phase += 1
            erase(&state)
            return state.phase
        }
        guard isTerminal, !isQuiet else { return }
        // Redraws elapsed times while no task reports progress.
        try? ThreadTeam.start(named: "progress") { [self] in
            while state.withLock({ $0.phase == own }) {
                usleep(500_000)
                state.withLock { if $0.phase == own { draw(&$0, ContinuousClock.now) } }
            }
        }
    }

    func reading(_ completed: Int, of total: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            var running = state.reading ?? Running(started: now, lastLine: now)
            if running.first == nil { running.first = (completed, now) }
            (running.completed, running.total, running.unit) = (completed, total, "files")
            if !isTerminal, !isQuiet, completed < total, now - running.lastLine > .seconds(10) {
                running.lastLine = now
                StandardError.write("reading input files: " + ProgressDisplay.describe(running, now))
            }
            state.reading = completed < total ? running : nil
            if completed < total { draw(&state, now) } else { erase(&state) }
        }
    }

    func taskWaits(_ task: TaskID, for obstacle: TaskObstacle) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard obstacle == .computedElsewhere, state.waiting[task] == nil else { return }
            state.waiting[task] = now
            draw(&state, now)
        }
    }

    func taskRetries(_ task: TaskID, after failure: AttemptFailure, delaySeconds: Double) {
        guard !isQuiet else { return }
        state.withLock { erase(&$0) }
        StandardError.warning(
            "\(failure.message) (\(failure.kind.rawValue)); trying again in \(ProgressDisplay.readable(delaySeconds))",
            task: task.path)
    }

    func runAdvanced(_ counts: TaskCounts) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.counts = (counts, now)
            for (task, since) in state.waiting where !isTerminal && !isQuiet && now - since > .seconds(10) {
                state.waiting[task] = now
                StandardError.write("\(task): another run computes it; waiting")
            }
        }
    }

    func clusterAdvanced(pending: Int, running: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.cluster = (pending, running)
            draw(&state, now)
            guard !isTerminal, !isQuiet, state.lastClusterLine.map({ now - $0 > .seconds(10) }) ?? true else { return }
            state.lastClusterLine = now
            StandardError.write(ProgressDisplay.describe(cluster: (pending, running)))
        }
    }

    func clusterNoticed(_ text: String) {
        guard !isQuiet else { return }
        state.withLock { erase(&$0) }
        StandardError.warning(text)
    }

    func taskStarted(_ task: TaskID) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.waiting[task] = nil
            state.running[task] = Running(started: now, lastLine: now)
            draw(&state, now)
        }
    }

    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard var running = state.running[task] else { return }
            if running.first == nil { running.first = (completed, now) }
            (running.completed, running.total, running.unit, running.note) = (completed, total, unit, note)
            if !isTerminal, !isQuiet, now - running.lastLine > .seconds(10) {
                running.lastLine = now
                StandardError.write("\(task): " + ProgressDisplay.describe(running, now))
            }
            state.running[task] = running
            draw(&state, now)
        }
    }

    func taskFinished(_ task: TaskID, outcome: TaskOutcome, durationSeconds: Double) {
        let now = ContinuousClock.now
        state.withLock { state in
            let running = state.running.removeValue(forKey: task)
            state.waiting[task] = nil
            state.finished += 1
            if outcome == .cached { state.cached += 1 }
            if outcome == .run || outcome == .failed, !isTerminal, !isQuiet {
                var line = "[\(state.finished)/\(state.total)] \(task) \(outcome == .run ? "done" : "failed") in "
                line += ProgressDisplay.readable(durationSeconds)
                if outcome == .run, let running, running.total > 0 { line += ": \(running.total) \(running.unit)" }
                if let note = running?.note { line += ", \(note)" }
                StandardError.write(line)
            }
            draw(&state, now, force: state.running.isEmpty)
        }
    }

    func runFinished(_ summary: ExecutionSummary) {
        state.withLock { state in
            state.phase += 1
            erase(&state)
        }
    }

    // MARK: Terminal

    private func draw(_ state: inout State, _ now: ContinuousClock.Instant, force: Bool = false) {
        guard isTerminal, !isQuiet else { return }
        if !force, let last = state.lastDrawn, now - last < .milliseconds(100) { return }
        state.lastDrawn = now
        erase(&state)
        let width = ProgressDisplay.terminalWidth()
        if let reading = state.reading {
            let text = ProgressDisplay.bar(reading.completed, of: reading.total) + " reading input files: "
            StandardError.put(String((text + ProgressDisplay.describe(reading, now)).prefix(width - 1)) + "\n")
            state.drawnLines = 1
            return
        }
        var lines = [
            ProgressDisplay.bar(state.finished, of: state.total) + " \(state.finished) of \(state.total) tasks"
                + (state.cached > 0 ? " (\(state.cached) cached)" : "") + pace(state, now)
        ]
        if let cluster = state.cluster { lines.append("  " + ProgressDisplay.describe(cluster: cluster)) }
        for (task, running) in state.running.sorted(by: { $0.key < $1.key }).prefix(6) {
            lines.append("  \(task)  " + ProgressDisplay.describe(running, now))
        }
        for (task, since) in state.waiting.sorted(by: { $0.key < $1.key }).prefix(3) {
            let seconds = ProgressDisplay.readable((now - since) / .seconds(1))
            lines.append("  \(task)  waits for \(seconds): another run computes it")
        }
        StandardError.put(
            lines.map { TerminalText.escaped(String($0.prefix(width - 1))) }.joined(separator: "\n") + "\n")
        state.drawnLines = lines.count
    }

    private func erase(_ state: inout State) {
        guard state.drawnLines > 0 else { return }
        StandardError.put("\u{1B}[\(state.drawnLines)A\u{1B}[J")
        state.drawnLines = 0
    }

    /// Returns the rate of tasks and the remaining time, if known.
    private func pace(_ state: State, _ now: ContinuousClock.Instant) -> String {
        guard let (counts, at) = state.counts, let started = state.started else { return "" }
        let seconds = (at - started) / .seconds(1)
        var text =
            counts.run > 0 && seconds > 0 ? ", \(ProgressDisplay.short(Double(counts.run) / seconds)) tasks/s" : ""
        if let left = counts.remainingSeconds.map({ $0 - (now - at) / .seconds(1) }), left >= 1 {
            text += ", about \(ProgressDisplay.readable(left)) left"
        }
        return text
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        return unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
    }
}

/// Text about progress.
extension ProgressDisplay {
    /// Returns the numbers of running and waiting cluster elements.
    static func describe(cluster: (pending: Int, running: Int)) -> String {
        "on the cluster: \(cluster.running) elements running, \(cluster.pending) waiting"
    }

    /// Returns a bar such as "[######..................]".
    static func bar(_ finished: Int, of total: Int) -> String {
        let filled = 24 * min(finished, total) / max(1, total)
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled) + "]"
    }

    static func describe(_ running: Running, _ now: ContinuousClock.Instant) -> String {
        guard running.total > 0 else { return readable((now - running.started) / .seconds(1)) }
        var text = "\(running.completed)/\(running.total) \(running.unit)"
        if let first = running.first, running.completed > first.completed {
            let seconds = (now - first.at) / .seconds(1)
            let rate = Double(running.completed - first.completed) / max(seconds, 1e-6)
            text += ", \(short(rate)) \(running.unit)/s"
            let left = Double(running.total - running.completed) / rate
            if left >= 1 { text += ", \(readable(left)) left" }
        }
        if let note = running.note { text += ", \(note)" }
        return text
    }

    static func short(_ value: Double) -> String {
        (100..<1e12).contains(value) ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    static func readable(_ seconds: Double) -> String {
        // Imported histories and early estimates may hold any value.
        guard abs(seconds) < 1e12 else { return "\(seconds) s" }
        if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
        if seconds < 120 { return "\(Int(seconds.rounded())) s" }
        let minutes = Int((seconds / 60).rounded())
        return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
