import ArgumentParser
import ContentStore

/// A command on the store that goes through many bytes: with progress, and stopped by SIGINT and SIGTERM.
struct StoreTask {
    let progress: ByteProgress
    private let interruption: Interruption

    init(_ verb: String, isQuiet: Bool, stopped: String) throws {
        progress = ByteProgress(verb, isQuiet: isQuiet)
        interruption = Interruption()
        try interruption.start(stopped) { [progress] in progress.cancel() }
    }

    /// Runs `body`; where a signal ended it, so does the command, with that signal's exit code.
    func run<Value>(_ body: (ByteProgress) throws -> Value) throws -> Value {
        defer { progress.end() }
        do {
            return try body(progress)
        } catch StoreError.interrupted {
            throw ExitCode(interruption.exitCode ?? ExitStatus.internalFault.rawValue)
        }
    }
}
