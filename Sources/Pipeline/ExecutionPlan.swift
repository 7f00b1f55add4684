import ContentStore

/// The state of a run: which tasks wait, may start, run or are over. A pure value; threads and effects are elsewhere.
///
/// A task is `wanted` until everything it needs is over; then it is determined, and whoever holds the plan says with
/// `resolve` whether its result is known already.
public struct ExecutionPlan: Sendable {
    public enum State: UInt8, Sendable {
        case wanted, ready, running, awaited, succeeded, failed, skipped, cached
    }

    private let graph: TaskGraph
    private let keepsGoing: Bool
    private var states: [State]
    /// How many producers of each task are not over.
    private var missing: [Int32]
    private var determined: [Int32]
    private var light: ReadyQueue
    private var wholeMachine: ReadyQueue
    /// How many whole-machine tasks may run at once, and how many do.
    private let wholeMachineLimit: Int
    private var wholeMachineCount = 0
    /// Whether other processes have the processors that the next whole-machine task needs.
    private var isMachineBusy = false
    /// Tasks whose action another process computes.
    public private(set) var awaited: Set<Int> = []
    public private(set) var isStopped = false
    private var runningCount = 0
    private var openCount: Int
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
        missing = Array(repeating: 0, count: graph.count)
        for task in graph.tasks.indices {
            for consumer in graph.consumers(of: task) { missing[Int(consumer)] += 1 }
        }
        determined = graph.order.filter { [missing] in missing[$0] == 0 }.map { Int32($0) }
        let priorities = graph.criticalPaths(durations: durations)
        light = ReadyQueue(priorities: priorities)
        wholeMachine = light
        openCount = graph.count
    }

    public func state(of task: Int) -> State { states[task] }

    public func count(_ state: State) -> Int { states.count { $0 == state } }

    /// Whether a task is not over.
    public func isOpen(_ task: Int) -> Bool { [.wanted, .ready, .running, .awaited].contains(states[task]) }

    public var counts: TaskCounts {
        TaskCounts(
            total: states.count, run: count(.succeeded), cached: count(.cached), failed: count(.failed),
            skipped: count(.skipped))
    }

    /// Nothing runs, and nothing will start or be resolved any more.
    public var isOver: Bool {
        guard runningChecks == 0 else { return false }
        return (openCount == 0 && (checks.isEmpty || isStopped))
            || (isStopped && runningCount == 0 && determined.isEmpty)
    }

    /// Whether a task waits for a thread.
    public var hasReady: Bool { light.first != nil || wholeMachine.first != nil || !checks.isEmpty }

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

    /// Whether something depends on what other processes do.
    public var waitsForOthers: Bool { !isStopped && (!awaited.isEmpty || isMachineBusy) }

    /// Takes up to `limit` tasks whose inputs have become known since the last call; each is to be resolved.
    public mutating func takeDetermined(limit: Int = .max) -> [Int] {
        let taken = determined.prefix(limit).map(Int.init)
        determined.removeFirst(taken.count)
        return taken
    }

    /// Says whether the result of a determined task is known; otherwise it becomes ready.
    public mutating func resolve(_ task: Int, isCached: Bool) {
        guard states[task] == .wanted else { return }
        if isCached {
            close(task, .cached)
            unlockWaiting(for: task)
        } else {
            makeReady(task)
        }
    }

    /// Takes the ready task that should start next, if one may start now.
    public mutating func start() -> Int? {
        guard !isStopped else { return nil }
        let heavy = isMachineBusy || wholeMachineCount >= wholeMachineLimit ? nil : wholeMachine.first
        let next: Int?
        if let heavy, light.first.map({ light.precedes(heavy, $0) }) ?? true {
            next = wholeMachine.removeFirst()
            wholeMachineCount += 1
        } else {
            next = light.removeFirst()
        }
        guard let next else { return nil }
        states[next] = .running
        runningCount += 1
        return next
    }

    /// A running task no longer uses its share of the machine, though its result may not be durable yet.
    public mutating func release(_ task: Int) {
        if graph.tasks[task].resources == .wholeMachine { wholeMachineCount -= 1 }
    }

    /// A task that was started, and released, turns out to be computed by another process.
    public mutating func await(_ task: Int) {
        runningCount -= 1
        states[task] = .awaited
        awaited.insert(task)
    }

    /// The other process is done with the task, or gone: it is to be resolved again.
    public mutating func reconsider(_ task: Int) {
        guard awaited.remove(task) != nil else { return }
        states[task] = .wanted
        determined.append(Int32(task))
    }

    /// A task that was started, and released, lacks processors that other processes have: no such task starts until
    /// `machineMayBeFree`.
    public mutating func postpone(_ task: Int) {
        runningCount -= 1
        isMachineBusy = true
        makeReady(task)
    }

    /// Processors may have been given back.
    public mutating func machineMayBeFree() { isMachineBusy = false }

    /// A running task succeeded, durably; or its result was found after all, with `isCached`.
    public mutating func succeed(_ task: Int, isCached: Bool = false) {
        runningCount -= 1
        close(task, isCached ? .cached : .succeeded)
        unlockWaiting(for: task)
    }

    /// A running task failed; returns the tasks that are skipped therefore, in the order of the graph.
    public mutating func fail(_ task: Int) -> [Int] {
        runningCount -= 1
        close(task, .failed)
        if !keepsGoing { isStopped = true }
        // Whoever waits for a repair may use what the task made through others in between.
        var reached = graph.consumers(of: task).map(Int.init) + (repairs.removeValue(forKey: task) ?? [])
        var skipped: [Int] = []
        while let next = reached.popLast() {
            // After a lost blob, consumers that did get their input may be over or under way.
            guard states[next] == .wanted else { continue }
            close(next, .skipped)
            skipped.append(next)
            reached.append(contentsOf: graph.consumers(of: next).map(Int.init))
        }
        return skipped.sorted()
    }

    /// A running task found a blob of `producer` lost: `producer` runs once more, then `consumer` is determined again.
    public mutating func repair(_ producer: Int, for consumer: Int) {
        runningCount -= 1
        states[consumer] = .wanted
        missing[consumer] += 1
        repairs[producer, default: []].append(consumer)
        if states[producer] == .cached || states[producer] == .succeeded {
            openCount += 1
            makeReady(producer)
        }
    }

    /// Whether a task that ended well is being run once more, or waits to be, because a blob of it was lost.
    public func isUnderRepair(_ task: Int) -> Bool { repairs[task] != nil }

    /// Whether a task could run once more; not one that failed or was given up.
    public func mayRepair(_ producer: Int) -> Bool { states[producer] != .failed && states[producer] != .skipped }

    /// A running task was interrupted; it is left as if it had not started.
    public mutating func abandon(_ task: Int) {
        runningCount -= 1
        states[task] = .ready
        isStopped = true
    }

    /// Starts nothing any more.
    public mutating func stop() { isStopped = true }

    /// After the end: counts every task that did not get its turn as skipped; returns them in the order of the graph.
    public mutating func skipRemaining() -> [Int] {
        let remaining = states.indices.filter { [.wanted, .ready, .awaited].contains(states[$0]) }
        awaited = []
        for task in remaining { close(task, .skipped) }
        return remaining
    }

    private mutating func makeReady(_ task: Int) {
        states[task] = .ready
        switch graph.tasks[task].resources {
        case .light: light.insert(task)
        case .wholeMachine: wholeMachine.insert(task)
        }
    }

    private mutating func close(_ task: Int, _ state: State) {
        states[task] = state
        openCount -= 1
    }

    /// Of a task that was repaired, those that waited for the repair; its consumers were unlocked before.
    private mutating func unlockWaiting(for task: Int) {
        for consumer in repairs.removeValue(forKey: task) ?? graph.consumers(of: task).map(Int.init) {
            unlock(consumer)
        }
    }

    private mutating func unlock(_ consumer: Int) {
        missing[consumer] -= 1
        if missing[consumer] == 0, states[consumer] == .wanted { determined.append(Int32(consumer)) }
    }
}
