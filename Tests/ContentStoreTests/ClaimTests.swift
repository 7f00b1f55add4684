import Foundation
import Glibc
import Host
import PipelineTestSupport
import Testing

@testable import ContentStore

@Suite("Several processes on one store")
struct ClaimTests {
    let folder: TemporaryFolder
    let first, second: ContentStore
    private let action = Digest.of(text: "action")

    init() throws {
        folder = try TemporaryFolder()
        first = try ContentStore(path: folder.path)
        second = try ContentStore(path: folder.path)
    }

    @Test("An action has one claim at a time, and is free again after its release")
    func claims() throws {
        #expect(try first.claim(action))
        #expect(try !first.claim(action) && !second.claim(action))
        #expect(try first.isClaimed(action) && second.isClaimed(action))
        second.giveUp(claim: action)
        #expect(try !second.claim(action))
        #expect(try second.claim(.of(text: "another action")))
        first.giveUp(claim: action)
        #expect(try second.claim(action) && !first.claim(action))
    }

    @Test("Thousands of claims in several files are independent")
    func manyClaims() throws {
        let actions = (0..<2000).map { Digest.of(text: "action \($0)") }
        #expect(try actions.allSatisfy { try first.claim($0) })
        #expect(try actions.allSatisfy { try !second.claim($0) && second.isClaimed($0) })
        for action in actions.prefix(1000) { first.giveUp(claim: action) }
        #expect(try actions.map { try second.claim($0) } == actions.indices.map { $0 < 1000 })
    }

    @Test("A claim dies with its process")
    func death() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let store = try ContentStore(path: path)
            _ = try store.beginExecution(command: "", versions: "")
            guard try store.claim(.of(text: "action")), try store.takeCores(2, of: 2) != nil else { exit(1) }
            kill(getpid(), SIGKILL)
        }
        #expect(try !first.isClaimed(action))
        #expect(try first.claim(action))
        #expect(try first.takeCores(2, of: 2) != nil)
        #expect(try first.runningExecutions() == [1])
        #expect(try !first.locks!.isLive(execution: 1))
    }

    @Test("Processors are shared by all processes: all requested ones are taken, or none")
    func cores() throws {
        let three = try #require(try first.takeCores(3, of: 4))
        #expect(try second.takeCores(2, of: 4) == nil)
        let one = try #require(try second.takeCores(1, of: 4))
        #expect(Set(three + one).count == 4)
        #expect(try first.takeCores(1, of: 4) == nil)
        first.giveBack(cores: three)
        #expect(try second.takeCores(3, of: 4) != nil)
    }

    @Test("Numbers of executions are unique across processes")
    func numbers() throws {
        let path = folder.path
        let numbers = Monitor<[Int64]>([])
        try ThreadTeam.forEach(count: 24, threads: 4, named: "begin") { _ in
            let store = try ContentStore(path: path)
            let number = try store.beginExecution(command: "", versions: "")
            try store.endExecution(number, outcome: .succeeded)
            numbers.update { $0.append(number) }
        }
        #expect(numbers.inspect { $0.sorted() } == Array(1...24))
        #expect(try first.runningExecutions() == [])
    }

    @Test("Of equal unclaimed results one is published; a different one becomes the next attempt")
    func unclaimed() throws {
        let key = StoreFixture.key("memo")
        let executions = [
            try first.beginExecution(command: "", versions: ""), try second.beginExecution(command: "", versions: ""),
        ]
        for (text, store, execution) in [
            ("a", first, executions[0]), ("a", second, executions[1]), ("b", second, executions[1]),
        ] {
            let result = ActionResult(
                outputs: [ActionOutput(name: "value", digest: try store.put(bytes: Array(text.utf8)), sizeBytes: 1)])
            try store.commitUnclaimed(
                key, result, task: "memo", startedAt: 1, durationSeconds: 0, execution: execution)
            store.flush()
        }
        #expect(try first.jobs(ofTask: "memo").map(\.attempt) == [1, 2])
        #expect(try first.jobs(ofTask: "memo").map(\.execution) == executions)
        #expect(try first.lookUp([key.digest])[key.digest]?.digest(of: "value") == .of(text: "b"))
        #expect(try first.ledger().map(\.kind) == ["differs"])
    }

    @Test("A process is identified by its number and start time")
    func identity() {
        let current = ProcessIdentity.current
        #expect(current.number == getpid() && current.startedTicks > 0 && current.isRunning)
        #expect(!ProcessIdentity(number: current.number, startedTicks: current.startedTicks + 1).isRunning)
        #expect(!ProcessIdentity(number: 1 << 30, startedTicks: 1).isRunning)
    }
}
