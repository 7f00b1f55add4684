import ArgumentParser
import Folders
import Glibc
import Host

/// Runs the command that the arguments name.
@main
enum Program {
    static func main() {
        prepare()
        do {
            var command = try Nominal.parseAsRoot(Array(PathText.arguments.dropFirst()))
            try command.run()
        } catch {
            end(with: error)
        }
        StandardOutput.finish()
    }

    /// What holds for the whole process, before anything is opened.
    private static func prepare() {
        OpenFileLimit.raise()
        // A file beyond `ulimit -f` is an error of the write, with its path, and no silent end.
        signal(SIGXFSZ, SIG_IGN)
        // A file that is opened in place of a closed standard stream would get what is printed. Writing to the stand-in of
        // standard output fails, as it does where that is closed.
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// As `ParsableCommand.exit`, with help and versions on the checked way to standard output.
    private static func end(with error: any Error) -> Never {
        let code = Nominal.exitCode(for: error)
        let text = Nominal.fullMessage(for: error)
        if code.isSuccess {
            if !text.isEmpty { print(text) }
            StandardOutput.finish()
        } else {
            if !text.isEmpty { StandardError.put(text + "\n") }
            StandardOutput.tellOfFailure()
        }
        exit(code.rawValue)
    }
}
