import Console
import Glibc
import Host
import Synchronization

/// A thread that turns SIGINT and SIGTERM into a call. A second signal exits at once, which loses nothing either.
final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)

    /// 130 after SIGINT, 143 after SIGTERM.
    var exitCode: Int32? { received.withLock { $0 }.map { 128 + $0 } }

    /// Starts the thread. Call it before any other thread starts, because threads inherit the signal mask.
    ///
    /// - Parameters:
    ///   - words: the message that tells the user what happens to the work.
    ///   - cancel: the call on the first signal.
    /// - Throws: `HostError.noThread`.
    func start(
        _ words: String = "stopping: finished tasks are kept, and the next run resumes from there",
        _ cancel: @escaping @Sendable () -> Void
    ) throws(HostError) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let waited = signals
        let listen: @Sendable () -> Void = { [self] in
            var signals = waited
            while true {
                var signal: Int32 = 0
                guard unsafe sigwait(&signals, &signal) == 0 else { continue }
                let isFirst = received.withLock { first in
                    defer { first = first ?? signal }
                    return first == nil
                }
                if !isFirst { _exit(128 + signal) }
                StandardError.write(words)
                cancel()
            }
        }
        do throws(HostError) {
            try WorkThread.start(named: "signals", listen)
        } catch {
            // Without a listener, the signals must end the program as usual.
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            throw error
        }
    }
}
