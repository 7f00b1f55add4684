import Foundation

/// State that threads share under one lock, with waiting for a change of it.
package final class Monitor<State>: @unchecked Sendable {
    private let condition = NSCondition()
    private var state: State

    package init(_ state: State) { self.state = state }

    /// Runs `body` alone, without waking anyone.
    package func inspect<Value>(_ body: (inout State) throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body(&state)
    }

    /// Runs `body` alone, then wakes everyone who waits.
    package func update<Value>(_ body: (inout State) throws -> Value) rethrows -> Value {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return try body(&state)
    }

    /// Blocks until `body` returns a value; it is asked again after every update.
    package func wait<Value>(for body: (inout State) -> Value?) -> Value {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let value = body(&state) { return value }
            condition.wait()
        }
    }

    /// Blocks until `body` returns a value or `seconds` have passed.
    package func wait<Value>(atMostSeconds seconds: Double, for body: (inout State) -> Value?) -> Value? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let value = body(&state) { return value }
            if !condition.wait(until: deadline) { return body(&state) }
        }
    }
}
