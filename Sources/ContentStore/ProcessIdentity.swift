import Glibc

/// This process, for the history.
enum ProcessIdentity {
    static let number = getpid()
}
