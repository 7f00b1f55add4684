import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Execution plans")
struct ExecutionPlanTests {
    /// a -> b -> d, a -> c -> d, e
    private func diamond() throws -> TaskGraph {
        try TaskGraph([
            GraphFixture.task("a"), GraphFixture.task("b", after: ["a"]), GraphFixture.task("c", after: ["a"]),
            GraphFixture.task("d", after: ["b", "c"]), GraphFixture.task("e"),
        ])
    }

    private func resolveAll(_ plan: inout ExecutionPlan) -> [Int] {
        let tasks = plan.takeDetermined()
        for task in tasks { plan.resolve(task, isCached: false) }
        return tasks
    }

    @Test("A task is determined when its dependencies have ended, and starts by critical path")
    func succession() throws {
        var plan = ExecutionPlan(graph: try diamond())
        #expect(resolveAll(&plan) == [0, 4])
        #expect((plan.state(of: 0), plan.state(of: 1)) == (.ready, .wanted))
        #expect(plan.start() == 0)
        #expect(plan.start() == 4)
        #expect(plan.start() == nil)
        plan.succeed(0)
        #expect(resolveAll(&plan) == [1, 2])
        #expect(plan.start() == 1)
        plan.succeed(1)
        #expect(resolveAll(&plan) == [])
        #expect(plan.start() == 2)
        plan.succeed(2)
        #expect(resolveAll(&plan) == [3])
        plan.succeed(4)
        #expect(!plan.isOver)
        #expect(plan.start() == 3)
        plan.succeed(3)
        #expect(plan.isOver && plan.count(.succeeded) == 5)
    }

    @Test("Ready tasks of a lower rank start before those with a longer critical path")
    func rank() throws {
        let stage = GraphFixture.task("x").stage
        func task(_ name: String, after: [String] = [], rank: Int) -> PipelineTask {
            let plain = GraphFixture.task(name, after: after)
            return PipelineTask(id: plain.id, stage: stage, inputs: plain.inputs, rank: rank)
        }
        var plan = ExecutionPlan(
            graph: try TaskGraph([
                task("a", rank: 0), task("b", after: ["a"], rank: 0), task("c", rank: 1),
                task("d", after: ["c"], rank: 1),
            ]))
        _ = resolveAll(&plan)
        #expect(plan.start() == 0)
        plan.succeed(0)
        _ = resolveAll(&plan)
        #expect(plan.start() == 1)
        #expect(plan.start() == 2)
    }

    @Test("Cached tasks determine their consumers without running")
    func cached() throws {
        var plan = ExecutionPlan(graph: try diamond())
        var rounds: [[Int]] = []
        while !plan.isOver {
            rounds.append(plan.takeDetermined(limit: 1))
            for task in rounds.last! { plan.resolve(task, isCached: true) }
        }
        #expect(rounds == [[0], [4], [1], [2], [3]])
        #expect(plan.count(.cached) == 5)
    }

    @Test("A failure skips its dependents; other tasks continue only with keepsGoing", arguments: [false, true])
    func failure(keepsGoing: Bool) throws {
        var plan = ExecutionPlan(graph: try diamond(), keepsGoing: keepsGoing)
        _ = resolveAll(&plan)
        #expect(plan.start() == 0)
        #expect(plan.fail(0) == [1, 2, 3])
        #expect(plan.start() == (keepsGoing ? 4 : nil))
        if keepsGoing { plan.succeed(4) }
        #expect(plan.isOver)
        #expect(plan.skipRemaining() == (keepsGoing ? [] : [4]))
        #expect(plan.count(.skipped) == (keepsGoing ? 3 : 4))
    }

    @Test("Whole-machine tasks run one at a time beside light ones")
    func resources() throws {
        var plan = ExecutionPlan(
            graph: try TaskGraph([
                GraphFixture.task("w1", resources: .wholeMachine), GraphFixture.task("w2", resources: .wholeMachine),
                GraphFixture.task("l1"), GraphFixture.task("l2"),
            ]))
        _ = resolveAll(&plan)
        #expect([plan.start(), plan.start(), plan.start(), plan.start()] == [0, 2, 3, nil])
        plan.release(0)
        #expect(plan.start() == 1)
    }

    @Test("A task computed elsewhere neither runs nor ends the run, and is resolved again")
    func awaited() throws {
        var plan = ExecutionPlan(graph: try diamond())
        _ = resolveAll(&plan)
        #expect(plan.start() == 0)
        plan.release(0)
        plan.await(0)
        #expect(plan.waitsForOthers && plan.awaited == [0] && !plan.isOver)
        #expect(plan.start() == 4)
        plan.reconsider(0)
        #expect(plan.takeDetermined() == [0] && !plan.waitsForOthers)
        plan.resolve(0, isCached: true)
        #expect(plan.takeDetermined() == [1, 2])
        plan.stop()
        plan.abandon(4)
        #expect(plan.isOver)
    }

    @Test("A whole-machine task without processors is retried when the machine may be free")
    func postponed() throws {
        var plan = ExecutionPlan(
            graph: try TaskGraph([GraphFixture.task("w", resources: .wholeMachine), GraphFixture.task("l")]))
        _ = resolveAll(&plan)
        #expect(plan.start() == 0)
        plan.release(0)
        plan.postpone(0)
        #expect([plan.start(), plan.start()] == [1, nil] && plan.waitsForOthers)
        plan.machineMayBeFree()
        #expect(plan.start() == 0)
    }

    @Test("Whole-machine tasks run concurrently up to the limit")
    func wholeMachineLimit() throws {
        var plan = ExecutionPlan(
            graph: try TaskGraph((0..<3).map { GraphFixture.task("w\($0)", resources: .wholeMachine) }),
            wholeMachineLimit: 2)
        _ = resolveAll(&plan)
        #expect([plan.start(), plan.start(), plan.start()] == [0, 1, nil])
    }

    @Test("A lost blob reruns its producer, and only the tasks that missed it wait")
    func repair() throws {
        var plan = ExecutionPlan(graph: try diamond())
        for task in plan.takeDetermined() { plan.resolve(task, isCached: task == 0) }
        _ = resolveAll(&plan)
        #expect([plan.start(), plan.start()] == [1, 2])
        plan.repair(0, for: 1)
        plan.repair(0, for: 2)
        #expect(plan.takeDetermined() == [])
        #expect(plan.start() == 0)
        plan.succeed(0)
        #expect(resolveAll(&plan) == [1, 2])
        #expect([plan.start(), plan.start(), plan.start()] == [1, 2, 4])
        plan.succeed(1)
        plan.succeed(2)
        plan.succeed(4)
        #expect(resolveAll(&plan) == [3])
        #expect(plan.start() == 3)
        plan.succeed(3)
        #expect(plan.isOver && plan.count(.succeeded) == 5)
    }

    @Test("A failed repair skips every waiting task, including indirect consumers")
    func lostRepair() throws {
        // a -> b -> c -> d; d reads a blob that b published.
        var plan = ExecutionPlan(
            graph: try TaskGraph([
                GraphFixture.task("a"), GraphFixture.task("b", after: ["a"]), GraphFixture.task("c", after: ["b"]),
                GraphFixture.task("d", after: ["c"]),
            ]), keepsGoing: true)
        for _ in 0..<3 { for task in plan.takeDetermined() { plan.resolve(task, isCached: true) } }
        #expect(resolveAll(&plan) == [3] && plan.start() == 3)
        #expect(plan.repair(1, for: 3) && plan.start() == 1)
        #expect(plan.repair(0, for: 1) && plan.start() == 0)
        #expect(plan.fail(0) == [1, 3])
        #expect(plan.isOver && plan.count(.skipped) == 2 && plan.count(.cached) == 1)
    }

    @Test("Failed and skipped tasks are not repaired")
    func hopelessRepair() throws {
        var plan = ExecutionPlan(graph: try diamond(), keepsGoing: true)
        for task in plan.takeDetermined() { plan.resolve(task, isCached: task == 0) }
        _ = resolveAll(&plan)
        #expect([plan.start(), plan.start()] == [1, 2])
        #expect(plan.repair(0, for: 1) && plan.start() == 0)
        #expect(plan.fail(0) == [1, 3])
        #expect(!plan.repair(0, for: 2) && plan.state(of: 2) == .running)
        #expect(plan.fail(2) == [])
    }

    @Test("After a stop, no task starts and running tasks finish")
    func stop() throws {
        var plan = ExecutionPlan(graph: try diamond())
        _ = resolveAll(&plan)
        #expect(plan.start() == 0)
        plan.stop()
        #expect(plan.start() == nil && !plan.isOver)
        plan.abandon(0)
        #expect(plan.isOver)
        #expect(plan.skipRemaining() == [0, 1, 2, 3, 4])
    }

    @Test("A delayed task holds no share of the machine and keeps the run open until it is retried or abandoned")
    func delay() throws {
        let graph = try TaskGraph([GraphFixture.task("a"), GraphFixture.task("b", after: ["a"])])
        var plan = ExecutionPlan(graph: graph)
        _ = resolveAll(&plan)
        #expect(plan.start() == 0)
        plan.release(0)
        plan.delay(0)
        #expect(plan.state(of: 0) == .delayed && plan.start() == nil && plan.isOver == false)
        plan.retry(0)
        #expect(plan.start() == 0)
        plan.release(0)
        plan.delay(0)
        let skipped = plan.fail(0)
        #expect(skipped == [1] && plan.isOver)
    }
}
