import Glibc

/// Numbers of errors that the system gives, in words.
public enum SystemReason {
    /// The system's own words; for too many open files, with the limit that was reached.
    public static func text(of code: Int32) -> String {
        let words = unsafe String(cString: strerror(code))
        return switch code {
        case EMFILE: "\(words): this process may have \(OpenFileLimit.current) (ulimit -n)"
        case ENFILE: "\(words): all that this machine may have are open (/proc/sys/fs/file-max)"
        default: words
        }
    }

    /// What a library that does not say why it cannot open a file could have met.
    public static var exhaustion: String? { OpenFileLimit.isExhausted ? text(of: EMFILE) : nil }

    /// What the user can do about it.
    ///
    /// - Parameters:
    ///   - reason: words of the system, which may stand among others; the codes are lost in Foundation's errors.
    ///   - usual: the remedy for everything that has none of its own.
    public static func remedy(for reason: String, otherwise usual: String) -> String {
        func names(_ codes: [Int32]) -> Bool {
            codes.contains { unsafe reason.contains(String(cString: strerror($0))) }
        }
        if names([EMFILE, ENFILE]) || reason.contains("Too many open files") {
            return "raise the limit of open files (ulimit -n, LimitNOFILE of a service), or use less with --jobs"
        }
        if names([ENOMEM]) { return "give the process more memory, or use less with --jobs" }
        if names([EIO]) { return "check the disk" }
        return usual
    }
}
