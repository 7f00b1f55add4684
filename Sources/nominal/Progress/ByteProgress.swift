import Foundation
import Glibc
import Synchronization

/// A line about a command that goes through many bytes: redrawn on a terminal, elsewhere one every ten seconds.
final class ByteProgress: Sendable {
    private struct State {
        let start = ContinuousClock.now
        var last = ContinuousClock.now
        var isDrawn = false
    }

    private let verb: String
    private let isQuiet: Bool
    private let isTerminal: Bool
    private let state = Mutex(State())
    private let isCancelled = Atomic<Bool>(false)

    /// `verb`: what is being done, such as "hashing".
    init(_ verb: String, isQuiet: Bool) {
        (self.verb, self.isQuiet) = (verb, isQuiet)
        isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// To be called on a signal, from any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Reports where the command is; says whether it shall go on.
    func proceeds(_ done: Int, _ total: Int) -> Bool {
        if isCancelled.load(ordering: .relaxed) { return false }
        guard !isQuiet else { return true }
        let now = ContinuousClock.now
        state.withLock { state in
            guard now - state.last > (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
            state.last = now
            let seconds = (now - state.start) / .seconds(1)
            let rate = Double(done) / max(seconds, 1e-6)
            var line =
                "\(verb): \(ByteCount(bytes: done)) of \(ByteCount(bytes: total)), \(ByteCount(bytes: Int(rate)))/s"
            let left = Double(total - done) / max(rate, 1)
            if left >= 1 { line += ", \(ProgressDisplay.readable(left)) left" }
            if isTerminal {
                StandardError.put("\r\u{1B}[K" + line)
                state.isDrawn = true
            } else {
                StandardError.write(line)
            }
        }
        return true
    }

    /// Takes the line away.
    func end() {
        state.withLock { state in
            if state.isDrawn { StandardError.put("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }
}
