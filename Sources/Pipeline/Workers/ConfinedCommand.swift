import ContentStore
import Folders
import Glibc
import Host

/// A command that a user supplied, run in a working folder of its own.
///
/// It gets no standard input, no descriptor of this process, and only the variables `PATH`, `HOME`, `TMPDIR`, `LANG`,
/// `OMP_NUM_THREADS` and those given here. It has the rights of the user otherwise.
package struct ConfinedCommand {
    /// The program and its arguments. A program without a slash is looked up in `PATH`; one with a slash is relative to
    /// the working folder.
    package var arguments: [String]
    package var timeoutSeconds: Int
    /// Further variables, as NAME=VALUE.
    package var variables: [String] = []

    package init(_ arguments: [String], timeoutSeconds: Int, variables: [String] = []) {
        (self.arguments, self.timeoutSeconds, self.variables) = (arguments, timeoutSeconds, variables)
    }

    /// The folders of programs if the variable is not set, as in a shell.
    private static let usualPath = "/usr/local/bin:/usr/bin:/bin"
    private static let shownBytes = 4096, shownLines = 12

    /// Runs the command to its end. All of its processes end with it, with a cancelled run, and with the time limit.
    ///
    /// - Parameters:
    ///   - folder: the working folder, absolute.
    ///   - log: the file for standard output and standard error.
    /// - Throws: `CommandFault`, `PipelineError.cancelled`, `AttemptFailure`, `StoreError`.
    package func run(in folder: String, log: String, _ context: TaskContext) throws {
        let path = PathText.environment("PATH") ?? Self.usualPath
        let program = try Self.program(arguments[0], folder, path)
        try AtomicFile.createPrivateFolder(folder + "/tmp")
        try AtomicFile.writePrivate([], to: log)
        let output = unsafe open(log.systemPath, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard output >= 0 else {
            throw AttemptFailure(.refused, "\(log) cannot be opened: \(SystemReason.text(of: errno)).")
        }
        defer { close(output) }
        let tree = try ProcessTree(
            command: program, arguments,
            environment: [
                "PATH=\(path)", "HOME=\(folder)", "TMPDIR=\(folder)/tmp", "LANG=C.UTF-8",
                "OMP_NUM_THREADS=\(context.threads)",
            ] + variables, folder: folder, output: output)
        let start = HostClock.monotonicSeconds()
        while true {
            if let status = tree.commandStatus() { return try Self.check(status, arguments, log) }
            let isLate = HostClock.monotonicSeconds() - start > Double(timeoutSeconds)
            do {
                try context.checkCancellation()
            } catch {
                tree.kill()
                throw error
            }
            if isLate {
                tree.kill()
                throw CommandFault.timeout(arguments, seconds: timeoutSeconds, output: Self.end(of: log))
            }
            usleep(useconds_t(WorkerProcess.pollSeconds * 1e6))
        }
    }

    private static func program(_ name: String, _ folder: String, _ path: String) throws(CommandFault) -> String {
        let candidates =
            name.contains("/")
            ? [name.hasPrefix("/") ? name : folder + "/" + name]
            : path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }
        for candidate in candidates where (try? RegularFile(candidate)) != nil {
            if unsafe access(candidate.systemPath, X_OK) == 0 { return candidate }
        }
        throw .notFound(name)
    }

    private static func check(_ status: Int32, _ arguments: [String], _ log: String) throws(CommandFault) {
        let signal = status & 0x7F, code = status >> 8 & 0xFF
        if signal != 0 { throw .signal(arguments, number: signal, output: end(of: log)) }
        if code != 0 { throw .exit(arguments, code: code, output: end(of: log)) }
    }

    /// The last lines of a file; empty if it cannot be read.
    private static func end(of log: String) -> String {
        guard let file = try? RegularFile(log),
            let bytes = try? file.read(shownBytes, from: max(0, file.sizeBytes - shownBytes))
        else { return "" }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.suffix(shownLines).map { line in
            String(String.UnicodeScalarView(line.unicodeScalars.filter { !PathText.isHazard($0) }))
        }.joined(separator: "\n  ")
    }
}

/// The reason why a command of a user failed.
package enum CommandFault: Error, Equatable, Sendable, CustomStringConvertible {
    case notFound(String)
    case exit([String], code: Int32, output: String)
    case signal([String], number: Int32, output: String)
    case timeout([String], seconds: Int, output: String)

    package var description: String {
        func text(_ arguments: [String], _ end: String, _ output: String) -> String {
            let said = output.isEmpty ? "it wrote nothing" : "the last lines that it wrote:\n  " + output
            return "the command \(arguments.joined(separator: " ")) \(end); \(said)"
        }
        switch self {
        case .notFound(let name):
            return name.contains("/")
                ? "the command \(name) is not there or not a program: a path with a slash is relative to the working folder; "
                    + "list the file in \"files\", or correct the path"
                : "the command \(name) is in no folder of PATH, or not a program: install it, or put its folder in front: "
                    + "PATH=FOLDER:$PATH nominal ..."
        case .exit(let arguments, let code, let output): return text(arguments, "ended with exit code \(code)", output)
        case .signal(let arguments, let number, let output):
            return text(arguments, "was ended by signal \(number)", output)
        case .timeout(let arguments, let seconds, let output):
            return text(
                arguments, "took longer than \(seconds) s and was ended; raise \"timeoutSeconds\"", output)
        }
    }
}
