import Folders
import Glibc

/// Whether a file that has come in may be used tonight, by what the file system says of it.
///
/// Its writer may still be at it until it has not been modified for a while. A modification time in the future says nothing: it
/// comes from a camera or a machine whose clock is wrong, and would keep the file waiting for years. Then the change time
/// counts, which programs cannot set; if that lies in the future too, the clock of this machine was set back, and the file is
/// taken as it is. Times that are ahead by no more than the wait itself count as they are: clocks of servers differ a little.
struct ArrivalFile {
    enum State { case settled, justWritten, unreadable }

    let state: State
    /// True if the modification time says nothing.
    let isMisdated: Bool

    /// - Parameters:
    ///   - now: nanoseconds since 1970.
    ///   - settleSeconds: how long nothing must have been written; 0 asks for nothing.
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
