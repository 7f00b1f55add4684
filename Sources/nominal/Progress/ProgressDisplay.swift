import Foundation
import Glibc
import Pipeline
import Synchronization

/// Shows a run: on a terminal a block of lines that is redrawn, elsewhere one line per finished task and one every ten seconds
/// for each that takes long.
final class ProgressDisplay: ExecutionObserver, Sendable {
    private let isTerminal: Bool
    private let isQuiet: Bool
    private let state = Mutex(State())

    private struct Running {
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
        var drawnLines = 0
        var lastDrawn: ContinuousClock.Instant?
    }

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    func runStarted(total: Int) { state.withLock { $0.total = total } }

    func taskStarted(_ task: TaskID) {
        let now = ContinuousClock.now
        state.withLock { state in
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

    func runFinished(_ summary: ExecutionSummary) { state.withLock { erase(&$0) } }

    // MARK: Terminal

    private func draw(_ state: inout State, _ now: ContinuousClock.Instant, force: Bool = false) {
        guard isTerminal, !isQuiet else { return }
        if !force, let last = state.lastDrawn, now - last < .milliseconds(100) { return }
        state.lastDrawn = now
        erase(&state)
        let width = ProgressDisplay.terminalWidth()
        var lines = [overall(state)]
        for (task, running) in state.running.sorted(by: { $0.key < $1.key }).prefix(6) {
            lines.append("  \(task)  " + ProgressDisplay.describe(running, now))
        }
        ProgressDisplay.put(lines.map { String($0.prefix(width - 1)) }.joined(separator: "\n") + "\n")
        state.drawnLines = lines.count
    }

    private func erase(_ state: inout State) {
        guard state.drawnLines > 0 else { return }
        ProgressDisplay.put("\u{1B}[\(state.drawnLines)A\u{1B}[J")
        state.drawnLines = 0
    }

    private func overall(_ state: State) -> String {
        return ProgressDisplay.bar(state.finished, of: state.total) + " \(state.finished) of \(state.total) tasks"
            + (state.cached > 0 ? " (\(state.cached) already done)" : "")
    }

    /// Such as "[######..................]".
    static func bar(_ finished: Int, of total: Int) -> String {
        let filled = 24 * min(finished, total) / max(1, total)
        return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled) + "]"
    }

    private static func terminalWidth() -> Int {
        var size = winsize()
        return unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 80
    }

    private static func put(_ text: String) {
        var text = text
        text.withUTF8 { bytes in unsafe _ = Glibc.write(2, bytes.baseAddress, bytes.count) }
    }

    // MARK: Words

    private static func describe(_ running: Running, _ now: ContinuousClock.Instant) -> String {
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
        value >= 100 ? "\(Int(value.rounded()))" : "\((value * 10).rounded() / 10)"
    }

    static func readable(_ seconds: Double) -> String {
        if seconds < 10 { return "\((seconds * 10).rounded() / 10) s" }
        if seconds < 120 { return "\(Int(seconds.rounded())) s" }
        let minutes = Int((seconds / 60).rounded())
        return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }
}
