import Glibc

/// The way in which this program starts threads. Foundation's `Thread.start()` says nothing when the system refuses one, and
/// whoever waits for what the thread was to do waits for ever.
public enum WorkThread {
    /// Starts a thread and returns at once.
    ///
    /// - Parameter name: for debuggers, of which Linux keeps 15 characters, and for the error.
    /// - Throws: `HostError.noThread`.
    public static func start(
        named name: String, stackBytes: Int = 8 << 20, _ body: @escaping @Sendable () -> Void
    ) throws(HostError) {
        let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.showName()
                work.body()
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            unsafe work.release()
            throw .noThread(name: name, code: code)
        }
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) { (self.name, self.body) = (name, body) }

        /// Names the calling thread. The function for it is not among those that Swift imports.
        func showName() {
            let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            let bytes = Array(name.utf8.prefix(15))
            _ = unsafe write(file, bytes, bytes.count)
            close(file)
        }
    }
}
