/// What the system refuses to this process.
public enum HostError: Error, Equatable, Sendable, CustomStringConvertible {
    case noThread(name: String, code: Int32)

    public var description: String {
        switch self {
        case .noThread(let name, let code):
            "the thread \"\(name)\" cannot be started (\(SystemReason.text(of: code))): this process has reached a limit on "
                + "threads (ulimit -u, pids.max of its control group) or on memory (ulimit -v); raise the limit, or use less "
                + "with --jobs and --threads"
        }
    }
}
