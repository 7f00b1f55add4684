import Foundation

/// Threads of our own for work that would starve the global pool.
package enum ThreadTeam {
    /// Runs `body` with 0..<count, each on a thread of its own except the last, which runs here. Returns when all have.
    package static func run(count: Int, named name: String, _ body: @escaping @Sendable (Int) -> Void) {
        let running = Monitor(max(count, 1) - 1)
        for index in 0..<max(count, 1) - 1 {
            start(named: "\(name) \(index)") {
                body(index)
                running.update { $0 -= 1 }
            }
        }
        body(max(count, 1) - 1)
        running.wait { $0 == 0 ? () : nil }
    }

    /// Starts a thread and returns at once.
    @discardableResult
    package static func start(named name: String, _ body: @escaping @Sendable () -> Void) -> Thread {
        let thread = Thread(block: body)
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
        return thread
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
