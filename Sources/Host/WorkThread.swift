import Glibc

/// A resource that the system denies to this process.
public enum HostError: Error, Equatable, Sendable, CustomStringConvertible {
    case noThread(name: String, code: Int32)

    public var description: String {
        switch self {
        case .noThread(let name, let code):
            "the thread \"\(name)\" cannot be started (\(SystemReason.text(of: code))): this process has reached a limit on "
                + "threads (ulimit -u, pids.max of its control group) or on memory (ulimit -v); raise the limit, or use less "
                + "with --jobs and --threads"
        }
    }
}

/// Creates the threads of this program. Foundation's `Thread.start()` does not report a failure, and whoever waits for
/// the thread's work would hang.
public enum WorkThread {
    /// Starts a thread and returns at once.
    ///
    /// - Parameter name: for errors and debuggers; Linux keeps 15 characters.
    ///
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

        /// Names the calling thread through a file, because Swift does not import the function.
        func showName() {
            let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            let bytes = Array(name.utf8.prefix(15))
            _ = unsafe write(file, bytes, bytes.count)
            close(file)
        }
    }
}

/// Parallel loops on own threads, for work that would starve the global pool.
package enum ThreadTeam {
    /// Runs `body` for 0..<count, on a thread each, and returns after the last. The last one, and those for which no
    /// thread can be started, run on the calling thread.
    package static func run(count: Int, named name: String, _ body: @escaping @Sendable (Int) -> Void) {
        let last = max(count, 1) - 1
        let running = Monitor(0)
        var started = 0
        while started < last {
            let index = started
            running.update { $0 += 1 }
            do throws(HostError) {
                try start(named: "\(name) \(index)") {
                    body(index)
                    running.update { $0 -= 1 }
                }
            } catch {
                running.update { $0 -= 1 }
                break
            }
            started += 1
        }
        for index in (started...last).reversed() { body(index) }
        running.wait { $0 == 0 ? () : nil }
    }

    /// Starts a thread and returns at once.
    package static func start(named name: String, _ body: @escaping @Sendable () -> Void) throws(HostError) {
        try WorkThread.start(named: name, body)
    }

    /// The number of elements that is worth a thread.
    private static let sliceSize = 512

    /// Runs `body` on consecutive slices of `elements` concurrently and joins the results in order.
    package static func inSlices<Element: Sendable, Value: Sendable>(
        of elements: [Element], threads: Int, named name: String,
        _ body: @escaping @Sendable (ArraySlice<Element>) throws -> [Value]
    ) throws -> [Value] {
        let count = min(threads, elements.count / sliceSize)
        if count < 2 { return try body(elements[...]) }
        let parts = Monitor<[[Value]]>(Array(repeating: [], count: count))
        try forEach(count: count, threads: count, named: name) { index in
            let part = try body(elements[index * elements.count / count..<(index + 1) * elements.count / count])
            parts.inspect { $0[index] = part }
        }
        return parts.inspect { $0.flatMap(\.self) }
    }

    /// Runs `body` for 0..<count on up to `threads` threads, started in that order. After an error no further index
    /// starts. Throws the error of the lowest index, independent of timing.
    package static func forEach(
        count: Int, threads: Int, named name: String, _ body: @escaping @Sendable (Int) throws -> Void
    ) throws {
        let progress = Monitor((next: 0, failure: (index: Int, error: any Error)?.none))
        run(count: min(max(threads, 1), max(count, 1)), named: name) { _ in
            while true {
                let claimed: Int? = progress.inspect { state in
                    guard state.failure == nil, state.next < count else { return nil }
                    state.next += 1
                    return state.next - 1
                }
                guard let index = claimed else { return }
                do {
                    try body(index)
                } catch {
                    progress.inspect { state in
                        if state.failure.map({ $0.index > index }) ?? true { state.failure = (index, error) }
                    }
                }
            }
        }
        if let failure = progress.inspect({ $0.failure }) { throw failure.error }
    }
}
