import Glibc

/// How many files this process may have open.
public enum OpenFileLimit {
    /// More are never needed, and programs that go through all numbers take long where the limit is a billion.
    private static let enough: rlim_t = 1 << 16

    /// The soft limit; of an unlimited one, the largest number.
    public static var current: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Raises the soft limit to the hard one, up to what is of use. To be called when the program starts.
    public static func raise() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(limit.rlim_max, enough)
        guard wanted > limit.rlim_cur else { return }
        limit.rlim_cur = wanted
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// True if no further file can be opened now.
    static var isExhausted: Bool {
        let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return false
        }
        return errno == EMFILE || errno == ENFILE
    }

    /// How many files one part of the program may keep open for speed alone.
    ///
    /// - Parameter wanted: where the limit is not low.
    public static func share(of wanted: Int) -> Int { min(wanted, max(0, (current - 48) / 4)) }
}
