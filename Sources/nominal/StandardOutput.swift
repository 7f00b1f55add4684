import Foundation
import Glibc
import Synchronization

/// Results, apart from messages, which go to standard error. Everything that a command prints goes through here, so that a
/// result which did not arrive ends the command with an error, and not with 0.
///
/// Where the reader of a pipe has gone, as `head` does when it has enough, the command ends at once and without a word: by
/// SIGPIPE, or with the status that stands for it where the signal is ignored.
enum StandardOutput {
    /// The error of the first write that failed; nothing is written after it, as a gap would go unseen.
    private static let fault = Mutex<Int32?>(nil)

    /// What a shell says of a program that SIGPIPE ended.
    private static let brokenPipeStatus = 128 + SIGPIPE

    /// True as soon as something could not be written.
    static var hasFailed: Bool { fault.withLock { $0 != nil } }

    static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            fault.withLock { fault in
                var written = 0
                while fault == nil, written < bytes.count {
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[written...])
                    let count = unsafe Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    if count < 0, errno == EAGAIN {
                        waitForRoom()
                        continue
                    }
                    if count < 0, errno == EPIPE { exit(brokenPipeStatus) }
                    if count <= 0 { fault = count < 0 ? errno : EIO }
                    written += max(0, count)
                }
            }
        }
    }

    /// Closes standard output, as some file systems report only then that the disk is full, and ends the program with an error
    /// if a result was lost. To be called once, after a command that ended well.
    static func finish() {
        if close(STDOUT_FILENO) != 0, errno != EINTR {
            let code = errno
            fault.withLock { $0 = $0 ?? code }
        }
        guard let code = fault.withLock({ $0 }) else { return }
        StandardError.error(complaint(code))
        exit(ExitStatus.inputOutput.rawValue)
    }

    /// After a command that ended with an error of its own, whose status stays.
    static func tellOfFailure() {
        if let code = fault.withLock({ $0 }) { StandardError.error(complaint(code)) }
    }

    private static func complaint(_ code: Int32) -> String {
        "results could not be written to standard output (\(unsafe String(cString: strerror(code)))), and what is there is not "
            + "complete; make room or write them elsewhere, and run the command again"
    }

    /// The other end may have asked for writes that do not wait.
    private static func waitForRoom() {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        unsafe _ = poll(&descriptor, 1, -1)
    }
}

/// In place of the standard library's, which does not say whether the text arrived.
func print(_ item: some CustomStringConvertible, terminator: String = "\n") {
    StandardOutput.write(item.description + terminator)
}
