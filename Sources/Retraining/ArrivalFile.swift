import Folders
import Glibc

/// The state of an incoming file, inferred from its timestamps.
///
/// A file may be incomplete until it has not been modified for a while. A modification time in the future, from a
/// machine with a wrong clock, would delay the file for years, so the change time is used instead; programs cannot set
/// it. If the change time lies in the future too, this machine's clock was set back, and the file counts as settled.
/// Times ahead by no more than the wait are accepted, because server clocks differ slightly.
struct ArrivalFile {
    enum State { case settled, justWritten, unreadable }

    let state: State
    /// True if the modification time lies in the future.
    let isMisdated: Bool

    /// - Parameters:
    ///   - now: the current time in nanoseconds since 1970.
    ///   - settleSeconds: the time without writes after which a file is settled; 0 disables the check.
    init(_ path: String, now: Int64, settleSeconds: Int) {
        var information = stat()
        guard unsafe stat(path.systemPath, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
            unsafe access(path.systemPath, R_OK) == 0
        else {
            (state, isMisdated) = (.unreadable, false)
            return
        }
        let (now, wait) = (Double(now) / 1e9, Double(settleSeconds))
        func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }
        let credible = [information.st_mtim, information.st_ctim].map(seconds).first { $0 <= now + wait }
        isMisdated = seconds(information.st_mtim) > now + wait
        state = settleSeconds > 0 && credible ?? -.infinity > now - wait ? .justWritten : .settled
    }
}
