import Dispatch
import Glibc

/// The worker threads of libdispatch, on which GRDB stands.
public enum DispatchWorkers {
    /// An epoll instance, an event counter, and as many again for whoever opens files at the same time.
    private static let descriptors = 4

    /// Starts a worker. The first one traps if it cannot open an event queue, and its creator waits for ever if it
    /// cannot start a thread, so both are tried before.
    ///
    /// - Returns: The error of the system if too few descriptors are left.
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
        // It needs a second thread and waits for one. If there is none, our next thread will fail.
        _ = isStarted.wait(timeout: .now() + 2)
        return nil
    }
}
