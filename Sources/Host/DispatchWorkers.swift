import Dispatch
import Glibc

/// The worker threads of libdispatch, which GRDB uses.
public enum DispatchWorkers {
    /// The number of file descriptors that must be free: one for an epoll instance, one for an event counter, and two
    /// for files that other threads open meanwhile.
    private static let descriptors = 4

    /// Starts the first worker. libdispatch traps if it cannot open an event queue, and waits forever if it cannot
    /// start a thread, so this function tries both first.
    ///
    /// - Returns: The system's error number if too few descriptors are free; nil on success.
    /// - Throws: `HostError.noThread`.
    public static func start() throws(HostError) -> Int32? {
        var open: [Int32] = []
        defer { for descriptor in open { close(descriptor) } }
        for _ in 0..<descriptors {
            let descriptor = unsafe Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return errno }
            open.append(descriptor)
        }
        for descriptor in open { close(descriptor) }
        open = []
        let isTried = DispatchSemaphore(value: 0)
        try WorkThread.start(named: "dispatch") { isTried.signal() }
        isTried.wait()
        let isStarted = DispatchSemaphore(value: 0)
        DispatchQueue.global().async { isStarted.signal() }
        // libdispatch waits for a second thread. If the system refuses it, the next `WorkThread.start` throws.
        _ = isStarted.wait(timeout: .now() + 2)
        return nil
    }
}
