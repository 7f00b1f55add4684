import ContentStore
import HeapModule

/// The state of a run: which tasks wait, may start, run or are over. A pure value; threads and effects are elsewhere.
///
/// A task is `wanted` until everything it needs is over; then it is determined, and whoever holds the plan says with
/// `resolve` whether its result is known already. Each task is in one state, and changes it by `enter` alone. What a wanted task
/// waits for is open itself, and when that is over, well or not, whoever waits for it is unlocked or skipped (`settle`, `fail`):
/// so no task is left waiting for nothing.
public struct ExecutionPlan: Sendable {
    public enum State: UInt8, Sendable, CaseIterable {
        case wanted, ready, running, delayed, awaited, succeeded, failed, skipped, cached
    }

    private let graph: TaskGraph
    private let keepsGoing: Bool
    private var states: [State]
    /// How many tasks are in each state.
    private var stateCounts: [Int]
    /// For how many tasks each one waits: producers that are not over, and one whose blob it lost.
    private var missing: [Int32]
    /// True if the consumers of a task do not wait for it any more. What is repaired was over before.
    private var hasUnlocked: [Bool]
    private var determined: [Int32]
    private var light = Heap<ReadyTask>()
    private var wholeMachine = Heap<ReadyTask>()
    private let priorities: [Double]
    /// How many whole-machine tasks may run at once, and how many do.
    private let wholeMachineLimit: Int
    private var wholeMachineCount = 0
    /// True if other processes have the processors that the next whole-machine task needs.
    private var isMachineBusy = false
    /// Tasks whose action another process computes.
    public private(set) var awaited: Set<Int> = []
    public private(set) var isStopped = false
    /// Tasks that run once more because a blob of theirs was lost, with those that wait for it.
    private var repairs: [Int: [Int]] = [:]

    /// `durations`: measured seconds per stage, for the critical path. `keepsGoing`: whether independent tasks still
    /// start after a failure.
    public init(
        graph: TaskGraph, durations: [String: Double] = [:], keepsGoing: Bool = false, wholeMachineLimit: Int = 1
    ) {
        self.wholeMachineLimit = max(wholeMachineLimit, 1)
        self.graph = graph
        self.keepsGoing = keepsGoing
        states = Array(repeating: .wanted, count: graph.count)
        stateCounts = Array(repeating: 0, count: State.allCases.count)
        stateCounts[Int(State.wanted.rawValue)] = graph.count
        hasUnlocked = Array(repeating: false, count: graph.count)
        missing = Array(repeating: 0, count: graph.count)
        for task in graph.tasks.indices {
            for consumer in graph.consumers(of: task) { missing[Int(consumer)] += 1 }
        }
        determined = graph.order.filter { [missing] in missing[$0] == 0 }.map { Int32($0) }
        priorities = graph.criticalPaths(durations: durations)
    }

    public func state(of task: Int) -> State { states[task] }

    public func count(_ state: State) -> Int { stateCounts[Int(state.rawValue)] }

    /// True if a task is not over.
    public func isOpen(_ task: Int) -> Bool { [.wanted, .ready, .running, .delayed, .awaited].contains(states[task]) }

    public var counts: TaskCounts {
        TaskCounts(
            total: states.count, run: count(.succeeded), cached: count(.cached), failed: count(.failed),
            skipped: count(.skipped))
    }

    /// Nothing runs, and nothing will start or be resolved any more.
    public var isOver: Bool {
        guard count(.running) == 0, runningChecks == 0, determined.isEmpty else { return false }
        return isStopped || (awaited.isEmpty && count(.delayed) == 0 && !hasReady)
    }

    /// True if a task waits for a thread.
    public var hasReady: Bool { !light.isEmpty || !wholeMachine.isEmpty || !checks.isEmpty }

    /// Asks for the stored result of a task that is cached to be computed again.
    public mutating func addCheck(_ task: Int) { checks.append(task) }

    /// Takes the next result to compute again, if it may be done now; tasks go first.
    public mutating func startCheck() -> Int? {
        guard !isStopped, let task = checks.last else { return nil }
        if graph.tasks[task].resources == .wholeMachine {
            guard wholeMachineCount < wholeMachineLimit else { return nil }
            wholeMachineCount += 1
        }
        checks.removeLast()
        runningChecks += 1
        return task
    }

    /// A result has been computed again, and its share of the machine released.
    public mutating func endCheck() { runningChecks -= 1 }

    /// Stored results to compute again.
    private var checks: [Int] = []
    private var runningChecks = 0

    /// True if something depends on what other processes do.
    public var waitsForOthers: Bool { !isStopped && (!awaited.isEmpty || isMachineBusy) }

    /// Takes up to `limit` tasks whose inputs have become known since the last call; each is to be resolved.
    public mutating func takeDetermined(limit: Int = .max) -> [Int] {
        // Some may have been skipped since.
        determined.removeAll { states[Int($0)] != .wanted }
        let taken = determined.prefix(limit).map(Int.init)
        determined.removeFirst(taken.count)
        return taken
    }

    /// Says whether the result of a determined task is known; otherwise it becomes ready.
    public mutating func resolve(_ task: Int, isCached: Bool) {
        guard states[task] == .wanted else { return }
        if isCached {
            settle(task, .cached)
        } else {
            makeReady(task)
        }
    }

    /// Takes the ready task that should start next, if one may start now.
    public mutating func start() -> Int? {
        guard !isStopped else { return nil }
        let heavy = isMachineBusy || wholeMachineCount >= wholeMachineLimit ? nil : wholeMachine.max
        let next: ReadyTask?
        if let heavy, light.max.map({ $0 < heavy }) ?? true {
            next = wholeMachine.popMax()
            wholeMachineCount += 1
        } else {
            next = light.popMax()
        }
        guard let next else { return nil }
        enter(Int(next.task), .running)
        return Int(next.task)
    }

    /// A running task no longer uses its share of the machine, though its result may not be durable yet.
    public mutating func release(_ task: Int) {
        if graph.tasks[task].resources == .wholeMachine { wholeMachineCount -= 1 }
    }

    /// A task that was started, and released, turns out to be computed by another process.
    public mutating func await(_ task: Int) {
        guard states[task] == .running else { return }
        enter(task, .awaited)
    }

    /// The other process is done with the task, or gone: it is to be resolved again.
    public mutating func reconsider(_ task: Int) {
        guard states[task] == .awaited else { return }
        enter(task, .wanted)
        determined.append(Int32(task))
    }

    /// A task that was started, and released, lacks processors that other processes have: no such task starts until
    /// `machineMayBeFree`.
    public mutating func postpone(_ task: Int) {
        guard states[task] == .running else { return }
        isMachineBusy = true
        makeReady(task)
    }

    /// A task that was started, and released, waits for another attempt until `retry`.
    public mutating func delay(_ task: Int) {
        guard states[task] == .running else { return }
        enter(task, .delayed)
    }

    /// The wait of a delayed task is over.
    public mutating func retry(_ task: Int) {
        guard states[task] == .delayed else { return }
        makeReady(task)
    }

    /// Processors may have been given back.
    public mutating func machineMayBeFree() { isMachineBusy = false }

    /// A running task succeeded, durably; or its result was found after all, with `isCached`.
    public mutating func succeed(_ task: Int, isCached: Bool = false) {
        guard states[task] == .running else { return }
        settle(task, isCached ? .cached : .succeeded)
    }

    /// A running or delayed task failed; returns the tasks that are skipped therefore, in the order of the graph.
    public mutating func fail(_ task: Int) -> [Int] {
        guard states[task] == .running || states[task] == .delayed else { return [] }
        enter(task, .failed)
        if !keepsGoing { isStopped = true }
        var skipped: [Int] = []
        var ended = [task]
        while let next = ended.popLast() {
            // Whoever waits for a repair may use what the task made through others in between, so it need not be a consumer.
            for dependent in graph.consumers(of: next).map(Int.init) + (repairs.removeValue(forKey: next) ?? []) {
                // After a lost blob, consumers that did get their input may be over or under way.
                guard states[dependent] == .wanted else { continue }
                enter(dependent, .skipped)
                skipped.append(dependent)
                ended.append(dependent)
            }
        }
        return skipped.sorted()
    }

    /// A running task found a blob of `producer` lost: `producer` runs once more, then `consumer` is determined again.
    ///
    /// - Returns: false, and nothing is changed, where `producer` has failed or was given up: then nobody makes the blob.
    @discardableResult
    public mutating func repair(_ producer: Int, for consumer: Int) -> Bool {
        guard states[consumer] == .running, producer != consumer else { return false }
        switch states[producer] {
        case .failed, .skipped: return false
        case .cached, .succeeded: makeReady(producer)
        // It is under repair already.
        case .wanted, .ready, .running, .delayed, .awaited: break
        }
        enter(consumer, .wanted)
        missing[consumer] += 1
        repairs[producer, default: []].append(consumer)
        return true
    }

    /// True if a task that ended well is being run once more, or waits to be, because a blob of it was lost.
    public func isUnderRepair(_ task: Int) -> Bool { repairs[task] != nil }

    /// A running or delayed task was interrupted; it is left as if it had not started.
    public mutating func abandon(_ task: Int) {
        guard states[task] == .running || states[task] == .delayed else { return }
        enter(task, .ready)
        isStopped = true
    }

    /// Starts nothing any more.
    public mutating func stop() { isStopped = true }

    /// After the end: counts every task that did not get its turn as skipped; returns them in the order of the graph.
    public mutating func skipRemaining() -> [Int] {
        let remaining = states.indices.filter { [.wanted, .ready, .delayed, .awaited].contains(states[$0]) }
        for task in remaining { enter(task, .skipped) }
        return remaining
    }

    private mutating func makeReady(_ task: Int) {
        enter(task, .ready)
        let ready = ReadyTask(priority: priorities[task], task: Int32(task))
        switch graph.tasks[task].resources {
        case .light: light.insert(ready)
        case .wholeMachine: wholeMachine.insert(ready)
        }
    }

    private mutating func enter(_ task: Int, _ state: State) {
        stateCounts[Int(states[task].rawValue)] -= 1
        stateCounts[Int(state.rawValue)] += 1
        if states[task] == .awaited { awaited.remove(task) }
        if state == .awaited { awaited.insert(task) }
        states[task] = state
    }

    /// A task ended well. Its consumers are unlocked the first time, and whoever waited for it to be repaired every time.
    private mutating func settle(_ task: Int, _ state: State) {
        enter(task, state)
        if !hasUnlocked[task] {
            hasUnlocked[task] = true
            for consumer in graph.consumers(of: task) { unlock(Int(consumer)) }
        }
        for consumer in repairs.removeValue(forKey: task) ?? [] { unlock(consumer) }
    }

    private mutating func unlock(_ consumer: Int) {
        missing[consumer] -= 1
        if missing[consumer] == 0, states[consumer] == .wanted { determined.append(Int32(consumer)) }
    }
}

/// A task that may start. The greater one starts first: the one with the longest critical path in seconds, then the lower number.
private struct ReadyTask: Comparable, Sendable {
    let priority: Double
    let task: Int32

    static func < (left: ReadyTask, right: ReadyTask) -> Bool {
        left.priority != right.priority ? left.priority < right.priority : left.task > right.task
    }
}
