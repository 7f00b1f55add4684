import ContentStore

@testable import Pipeline

/// A simulated run of a random graph: results are found or not, and tasks fail, lose blobs, wait for other runs and
/// are repaired, in any order that the executor's protocol permits.
struct ExecutionPlanModel {
    private let graph: TaskGraph
    private let keepsGoing: Bool
    private var plan: ExecutionPlan
    private var random: UInt64
    /// Determined tasks that have been taken but not resolved.
    private var taken: [Int] = []
    private var running: [Int] = []
    /// Tasks that wait for a retry.
    private var delayed: [Int] = []
    /// The producers under repair that each task waits for.
    private var repairs: [Int: Set<Int>] = [:]
    private var lost: Set<[Int]> = []
    private var detours: [Int: Int] = [:]
    private var wasStopped = false
    private var failures: Set<Int> = []

    private static let taskLimit = 10
    private static let detourLimit = 3
    private static let stepLimit = 4000

    init(seed: UInt64) throws {
        random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var generator = random
        func below(_ limit: Int) -> Int { Self.integer(below: limit, &generator) }
        let count = 1 + below(Self.taskLimit)
        let density = 1 + below(4)
        graph = try TaskGraph(
            (0..<count).map { task in
                GraphFixture.task(
                    "t\(task)", after: (0..<task).filter { _ in below(density + 1) == 0 }.map { "t\($0)" },
                    resources: below(4) == 0 ? .wholeMachine : .light)
            })
        keepsGoing = below(4) != 0
        plan = ExecutionPlan(graph: graph, keepsGoing: keepsGoing, wholeMachineLimit: 1 + below(2))
        random = generator
    }

    private static func integer(below limit: Int, _ state: inout UInt64) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 11) % UInt64(limit))
    }

    private mutating func below(_ limit: Int) -> Int { Self.integer(below: limit, &random) }

    /// The fault of the run; `nil` if it ended correctly.
    mutating func fault() -> String? {
        var steps = 0
        while true {
            // The executor checks for the end only after it has resolved all taken tasks and, after a stop, given up
            // delayed ones.
            if taken.isEmpty, plan.isOver, !plan.isStopped || delayed.isEmpty { break }
            steps += 1
            if steps > Self.stepLimit { return "it does not end" }
            // `takeDetermined` may turn out to return no task.
            guard step() || (taken.isEmpty && plan.isOver) else {
                return "nothing can happen any more, and it is not over"
            }
            if let fault = inconsistency() { return fault }
        }
        return faultAtEnd()
    }

    private enum Event { case take, resolve, start, end, retry, giveUp, reconsider, free, stop }

    /// Performs a random permitted event. Returns false if there is none.
    private mutating func step() -> Bool {
        var events: [Event] = []
        if !taken.isEmpty { events += [.resolve, .resolve] }
        if !running.isEmpty { events += [.end, .end] }
        // After a stop, delayed tasks can only be given up.
        if !delayed.isEmpty { events.append(plan.isStopped ? .giveUp : .retry) }
        if !plan.awaited.isEmpty { events.append(.reconsider) }
        if plan.waitsForOthers { events.append(.free) }
        events += [.take, .start]
        if below(60) == 0 { events.append(.stop) }
        while let event = events.isEmpty ? nil : events.remove(at: below(events.count)) {
            if perform(event) { return true }
        }
        return false
    }

    private mutating func perform(_ event: Event) -> Bool {
        switch event {
        case .take:
            guard taken.isEmpty else { return false }
            taken = plan.takeDetermined(limit: 1 + below(3))
            return !taken.isEmpty
        case .resolve: plan.resolve(taken.removeFirst(), isCached: below(5) < 2)
        case .start:
            guard let task = plan.start() else { return false }
            running.append(task)
        case .end: end(running.remove(at: below(running.count)))
        case .retry: plan.retry(delayed.remove(at: below(delayed.count)))
        case .giveUp:
            let task = delayed.remove(at: below(delayed.count))
            if below(2) == 0 {
                failures.insert(task)
                _ = plan.fail(task)
            } else {
                plan.abandon(task)
            }
        case .reconsider: plan.reconsider(plan.awaited.sorted()[below(plan.awaited.count)])
        case .free: plan.machineMayBeFree()
        case .stop:
            wasStopped = true
            plan.stop()
        }
        return true
    }

    private mutating func end(_ task: Int) {
        plan.release(task)
        let mayTakeDetour = detours[task, default: 0] < Self.detourLimit
        switch below(12) {
        case 0, 1:
            failures.insert(task)
            _ = plan.fail(task)
        case 2, 3, 4:
            let ancestors = self.ancestors(of: task)
            guard !ancestors.isEmpty else { return plan.succeed(task) }
            let producer = ancestors[below(ancestors.count)]
            if lost.insert([producer, task]).inserted, plan.repair(producer, for: task) {
                repairs[task, default: []].insert(producer)
            } else {
                failures.insert(task)
                _ = plan.fail(task)
            }
        case 5 where mayTakeDetour:
            detours[task, default: 0] += 1
            plan.await(task)
        case 6 where mayTakeDetour:
            // Another attempt was published first.
            detours[task, default: 0] += 1
            plan.await(task)
            plan.reconsider(task)
        case 7 where mayTakeDetour && graph.tasks[task].resources == .wholeMachine:
            detours[task, default: 0] += 1
            plan.postpone(task)
        case 8 where plan.isStopped: plan.abandon(task)
        case 9 where mayTakeDetour && !plan.isStopped:
            detours[task, default: 0] += 1
            plan.delay(task)
            delayed.append(task)
        default: plan.succeed(task, isCached: below(3) == 0)
        }
    }

    private func ancestors(of task: Int) -> [Int] {
        var found: Set<Int> = []
        var reached = graph.producers(of: task)
        while let next = reached.popLast() {
            if found.insert(next).inserted { reached += graph.producers(of: next) }
        }
        return found.sorted()
    }

    private static let ends: [ExecutionPlan.State] = [.succeeded, .cached, .failed, .skipped]

    /// An inconsistency between counts, sets and states; `nil` if there is none.
    private func inconsistency() -> String? {
        let states = graph.tasks.indices.map(plan.state(of:))
        for state in ExecutionPlan.State.allCases where plan.count(state) != states.count(where: { $0 == state }) {
            return "the count of \(state) is wrong"
        }
        if plan.awaited != Set(states.indices.filter { states[$0] == .awaited }) { return "the awaited are wrong" }
        if states.indices.filter({ states[$0] == .delayed }) != delayed.sorted() { return "the delayed are wrong" }
        let isRunning = states.indices.filter { states[$0] == .running } == running.sorted()
        return isRunning ? nil : "the running are wrong"
    }

    private mutating func faultAtEnd() -> String? {
        if !plan.isStopped {
            for task in graph.tasks.indices where !Self.ends.contains(plan.state(of: task)) {
                return "task \(task) is left \(plan.state(of: task))"
            }
        } else if !wasStopped, failures.isEmpty {
            return "it was stopped by nobody"
        }
        let left = Set(plan.skipRemaining())
        for task in graph.tasks.indices {
            let state = plan.state(of: task)
            guard Self.ends.contains(state) else { return "task \(task) has no end" }
            if state == .failed, !failures.contains(task) { return "task \(task) did not fail" }
            guard state == .skipped, !left.contains(task) else { continue }
            // A task is skipped only if one of its dependencies failed or was skipped.
            let needs = Set(graph.producers(of: task)).union(repairs[task, default: []])
            guard needs.contains(where: { [.failed, .skipped].contains(plan.state(of: $0)) }) else {
                return "task \(task) was given up for nothing"
            }
        }
        return nil
    }
}
