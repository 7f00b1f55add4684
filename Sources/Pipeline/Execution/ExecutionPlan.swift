import ContentStore

/// The state of each task in a run. A pure value without threads or side effects.
///
/// A task is `wanted` until all its producers have ended. It is then determined, and the executor calls `resolve` to
/// report whether its result is cached. Every task has exactly one state, and only `enter` changes it. A wanted task
/// waits only for open tasks. When one of these ends, `settle` or `fail` unlocks or skips its dependents, so no task
/// waits forever.
public struct ExecutionPlan: Sendable {
    public enum State: UInt8, Sendable, CaseIterable {
        case wanted, ready, running, delayed, awaited, succeeded, failed, skipped, cached
    }

    private let graph: TaskGraph
    private let keepsGoing: Bool
    private var states: [State]
    /// The number of tasks in each state, by raw value.
    private var stateCounts: [Int]
    /// The number of open dependencies of each task: unfinished producers, plus a producer under repair.
    private var missing: [Int32]
    /// True if a task has unlocked its consumers. A repaired task does not unlock them again.
    private var hasUnlocked: [Bool]
    private var determined: [Int32]
    private var queue: ReadyQueue
    private var share: MachineShare
    /// Cached tasks whose results are to be recomputed.
    private var checks: [Int] = []
    private var runningChecks = 0
    /// True if other processes hold the processors that the next whole-machine task needs.
    private var isMachineBusy = false
    /// Tasks whose action another process computes.
    public private(set) var awaited: Set<Int> = []
    public private(set) var isStopped = false
    /// Tasks under repair because one of their blobs was lost, each with the tasks that wait for it.
    private var repairs: [Int: [Int]] = [:]

    /// - Parameters:
    ///   - durations: Measured seconds per stage, for the critical path.
    ///   - keepsGoing: True if independent tasks still start after a failure.
    ///   - wholeMachineLimit: The maximum number of whole-machine tasks at once.
    ///   - memory: The limit on the memory of running tasks. A task that exceeds it alone runs alone.
    ///   - threads: The number of threads of a whole-machine task without that limit.
    public init(
        graph: TaskGraph, durations: [String: Double] = [:], keepsGoing: Bool = false, wholeMachineLimit: Int = 1,
        memory limit: MemoryLimit? = nil, threads: Int = 1
    ) {
        share = MachineShare(graph: graph, wholeMachineLimit: wholeMachineLimit, memory: limit, threads: threads)
        queue = ReadyQueue(graph: graph, priorities: graph.criticalPaths(durations: durations))
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
    }

    public func state(of task: Int) -> State { states[task] }

    public func count(_ state: State) -> Int { stateCounts[Int(state.rawValue)] }

    /// True if a task has not ended.
    public func isOpen(_ task: Int) -> Bool { [.wanted, .ready, .running, .delayed, .awaited].contains(states[task]) }

    public var counts: TaskCounts {
        TaskCounts(
            total: states.count, run: count(.succeeded), cached: count(.cached), failed: count(.failed),
            skipped: count(.skipped))
    }

    /// True if nothing runs and nothing more will start or be resolved.
    public var isOver: Bool {
        guard count(.running) == 0, runningChecks == 0, determined.isEmpty else { return false }
        return isStopped || (awaited.isEmpty && count(.delayed) == 0 && !hasReady)
    }

    /// True if a task or a recomputation is ready to start.
    public var hasReady: Bool { !queue.isEmpty || !checks.isEmpty }

    /// Queues the stored result of a cached task for recomputation.
    public mutating func addCheck(_ task: Int) { checks.append(task) }

    /// Takes the next result to recompute; `nil` if none may start now.
    public mutating func startCheck() -> Int? {
        guard !isStopped, let task = checks.last, share.hasMemory(for: task),
            graph.tasks[task].resources == .light || share.hasPlace
        else { return nil }
        share.take(task)
        checks.removeLast()
        runningChecks += 1
        return task
    }

    /// Ends a recomputation whose share of the machine has been released.
    public mutating func endCheck() { runningChecks -= 1 }

    /// True if the run waits for other processes.
    public var waitsForOthers: Bool { !isStopped && (!awaited.isEmpty || isMachineBusy) }

    /// True if inputs of tasks have become known since the last `takeDetermined`.
    var hasDetermined: Bool { !determined.isEmpty }

    /// Takes up to `limit` tasks whose inputs became known since the last call. The caller must resolve each of them.
    public mutating func takeDetermined(limit: Int = .max) -> [Int] {
        // Tasks may have been skipped in the meantime.
        determined.removeAll { states[Int($0)] != .wanted }
        let taken = determined.prefix(limit).map(Int.init)
        determined.removeFirst(taken.count)
        return taken
    }

    /// Resolves a determined task. A task that is not cached becomes ready.
    public mutating func resolve(_ task: Int, isCached: Bool) {
        guard states[task] == .wanted else { return }
        if isCached {
            settle(task, .cached)
        } else {
            makeReady(task)
        }
    }

    /// Takes the ready task with the highest priority; `nil` if none may start now.
    public mutating func start(onlyLight: Bool = false) -> Int? {
        guard !isStopped,
            let task = queue.takeNext(share: share, isMachineBusy: isMachineBusy, onlyLight: onlyLight)
        else { return nil }
        share.take(task)
        enter(task, .running)
        return task
    }

    /// Releases a running task's share of the machine. Its result need not be durable yet.
    public mutating func release(_ task: Int) { share.release(task) }

    /// Marks a started and released task as computed by another process.
    public mutating func await(_ task: Int) {
        guard states[task] == .running else { return }
        enter(task, .awaited)
    }

    /// Makes an awaited task determined again, because the other process has finished it or died.
    public mutating func reconsider(_ task: Int) {
        guard states[task] == .awaited else { return }
        enter(task, .wanted)
        determined.append(Int32(task))
    }

    /// Returns a started and released task to the queue, because other processes hold the processors. No
    /// whole-machine task starts until `machineMayBeFree`.
    public mutating func postpone(_ task: Int) {
        guard states[task] == .running else { return }
        isMachineBusy = true
        makeReady(task)
    }

    /// Returns a started and released task to the queue, because its attempt did not begin.
    public mutating func putBack(_ task: Int) {
        guard states[task] == .running else { return }
        makeReady(task)
    }

    /// Makes a started and released task wait for another attempt until `retry`.
    public mutating func delay(_ task: Int) {
        guard states[task] == .running else { return }
        enter(task, .delayed)
    }

    /// Makes a delayed task ready again.
    public mutating func retry(_ task: Int) {
        guard states[task] == .delayed else { return }
        makeReady(task)
    }

    /// Lets whole-machine tasks start again, because processors may be free.
    public mutating func machineMayBeFree() { isMachineBusy = false }

    /// Ends a running task after a durable success, or, with `isCached`, after its result was found.
    public mutating func succeed(_ task: Int, isCached: Bool = false) {
        guard states[task] == .running else { return }
        settle(task, isCached ? .cached : .succeeded)
    }

    /// Fails a running or delayed task. Returns the tasks that are skipped as a result, in graph order.
    public mutating func fail(_ task: Int) -> [Int] {
        guard states[task] == .running || states[task] == .delayed else { return [] }
        enter(task, .failed)
        if !keepsGoing { isStopped = true }
        var skipped: [Int] = []
        var ended = [task]
        while let next = ended.popLast() {
            // A task that waits for a repair may use the blob through intermediate tasks, so it need not be a
            // consumer.
            for dependent in graph.consumers(of: next).map(Int.init) + (repairs.removeValue(forKey: next) ?? []) {
                // After a lost blob, consumers that read their input earlier may have ended or still run.
                guard states[dependent] == .wanted else { continue }
                enter(dependent, .skipped)
                skipped.append(dependent)
                ended.append(dependent)
            }
        }
        return skipped.sorted()
    }

    /// Reruns `producer`, because the running task `consumer` found one of its blobs lost. Afterwards `consumer` is
    /// determined again.
    ///
    /// - Returns: False, without any change, if `producer` has failed or was skipped and cannot restore the blob.
    @discardableResult
    public mutating func repair(_ producer: Int, for consumer: Int) -> Bool {
        guard states[consumer] == .running, producer != consumer else { return false }
        switch states[producer] {
        case .failed, .skipped: return false
        case .cached, .succeeded: makeReady(producer)
        // Already under repair.
        case .wanted, .ready, .running, .delayed, .awaited: break
        }
        enter(consumer, .wanted)
        missing[consumer] += 1
        repairs[producer, default: []].append(consumer)
        return true
    }

    /// True if a successful task runs again, or is about to, because one of its blobs was lost.
    public func isUnderRepair(_ task: Int) -> Bool { repairs[task] != nil }

    /// Returns an interrupted running or delayed task to the ready state and stops the run.
    public mutating func abandon(_ task: Int) {
        guard states[task] == .running || states[task] == .delayed else { return }
        enter(task, .ready)
        isStopped = true
    }

    /// Stops the run: no further task starts.
    public mutating func stop() { isStopped = true }

    /// Marks all tasks that did not start as skipped, after the end of the run. Returns them in graph order.
    public mutating func skipRemaining() -> [Int] {
        let remaining = states.indices.filter { [.wanted, .ready, .delayed, .awaited].contains(states[$0]) }
        for task in remaining { enter(task, .skipped) }
        return remaining
    }

    private mutating func makeReady(_ task: Int) {
        enter(task, .ready)
        queue.insert(task)
    }

    private mutating func enter(_ task: Int, _ state: State) {
        stateCounts[Int(states[task].rawValue)] -= 1
        stateCounts[Int(state.rawValue)] += 1
        if states[task] == .awaited { awaited.remove(task) }
        if state == .awaited { awaited.insert(task) }
        states[task] = state
    }

    /// Ends a task successfully. Unlocks its consumers the first time, and the tasks that wait for its repair every
    /// time.
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
