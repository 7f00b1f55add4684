import ArgumentParser
import Console
import ContentStore
import Foundation
import Glibc
import Synchronization

/// A long operation on files that shows progress and stops on SIGINT or SIGTERM.
struct StoreOperation {
    let progress: ByteProgress
    private let interruption: Interruption

    /// - Parameter unit: the unit of the progress, such as "images"; nil for bytes.
    init(_ verb: String, isQuiet: Bool, unit: String? = nil, stopped: String) throws {
        progress = ByteProgress(verb, isQuiet: isQuiet, unit: unit)
        interruption = Interruption()
        try interruption.start(stopped) { [progress] in progress.cancel() }
    }

    /// Runs `body`. If a signal stopped it, throws the exit code of that signal.
    func run<Value>(_ body: (ByteProgress) throws -> Value) throws -> Value {
        defer { progress.end() }
        do {
            return try body(progress)
        } catch StoreError.interrupted {
            throw ExitCode(interruption.exitCode ?? ExitStatus.internalFault.rawValue)
        }
    }
}

/// Progress in bytes or another unit: one line that is redrawn on a terminal, or a line every ten seconds elsewhere.
final class ByteProgress: Sendable {
    private struct State {
        let start = ContinuousClock.now
        var last = ContinuousClock.now
        var isDrawn = false
    }

    private let verb: String
    private let isQuiet: Bool
    private let unit: String?
    private let isTerminal: Bool
    private let state = Mutex(State())
    private let isCancelled = Atomic<Bool>(false)

    /// - Parameters:
    ///   - verb: the operation, such as "hashing".
    ///   - unit: nil for bytes.
    init(_ verb: String, isQuiet: Bool, unit: String? = nil) {
        (self.verb, self.isQuiet, self.unit) = (verb, isQuiet, unit)
        isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    /// Stops the operation; may be called from any thread.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Reports progress. Returns false if the operation should stop.
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
                unit.map { "\(verb): \(done) of \(total) \($0), \((rate * 10).rounded() / 10)/s" }
                ?? "\(verb): \(ByteCount(bytes: done)) of \(ByteCount(bytes: total)), \(ByteCount(bytes: Int(rate)))/s"
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

    /// Erases the line.
    func end() {
        state.withLock { state in
            if state.isDrawn { StandardError.put("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }
}
