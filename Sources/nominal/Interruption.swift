import Foundation
import Glibc
import Host
import Synchronization

/// Turns SIGINT and SIGTERM into a call, on a thread of its own. The second signal ends the process at once: nothing is lost
/// by that either.
final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)

    /// 130 after SIGINT, 143 after SIGTERM.
    var exitCode: Int32? { received.withLock { $0 }.map { 128 + $0 } }

    /// To be called before any other thread is started: they inherit that these signals are left to ours. `words` tell
    /// the user what becomes of the work.
    ///
    /// - Throws: `HostError.noThread`: a system that does not give this thread would give none of those that work either.
    func start(
        _ words: String = "stopping: what is done is kept, the next run goes on from there",
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
            // Nobody would hear them: then they end the program as they do any other.
            unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            throw error
        }
    }
}
