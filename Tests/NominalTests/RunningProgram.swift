import ContentStore
import Foundation
import PipelineTestSupport

/// A program that has been started, writing to files.
struct RunningProgram {
    let process: Process
    let output, errors: String
    /// Keeps the files.
    let logs: TemporaryFolder

    func text(_ file: String) throws -> String { String(decoding: try AtomicFile.read(file), as: UTF8.self) }

    /// Waits until the program has written `words` to standard error, or to another of its files; says whether it has before
    /// it ended.
    func waits(for words: String, in file: String? = nil) throws -> Bool {
        while process.isRunning {
            if try text(file ?? errors).contains(words) { return true }
            usleep(2_000)
        }
        return false
    }
}
