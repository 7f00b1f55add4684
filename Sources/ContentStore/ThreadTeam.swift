import Host

/// Threads of our own for work that would starve the global pool.
package enum ThreadTeam {
    /// Runs `body` with 0..<count, each on a thread of its own except the last, which runs here, as do those for which the system
    /// gives no thread. Returns when all have.
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

    /// Elements of a slice that make a thread worth its start.
    private static let sliceSize = 512

    /// Runs `body` on consecutive slices of `elements` at once and joins what they give, in the order of the elements.
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

    /// Runs `body` for 0..<count on up to `threads` threads, in that order of starting. After an error no further index
    /// starts; the error of the lowest index is thrown, so that it does not depend on the timing.
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
