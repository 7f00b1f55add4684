import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Parts of task graphs")
struct TaskGraphPartTests {
    private static func graph() throws -> TaskGraph {
        try TaskGraph([
            GraphFixture.task("d", after: ["b", "c"]), GraphFixture.task("b", after: ["a"]), GraphFixture.task("a"),
            GraphFixture.task("c", after: ["a"]), GraphFixture.task("e", after: ["d"]),
        ])
    }

    @Test(
        "A part contains the targets and all their producers once, in graph order",
        arguments: [
            (["a"], "a"), (["b"], "b a"), (["d"], "d b a c"), (["c", "b"], "b a c"), (["e", "a", "e"], "d b a c e"),
            ([], ""),
        ])
    func part(targets: [String], expected: String) throws {
        let part = try Self.graph().part(neededFor: targets.map(TaskID.init))
        #expect(part.map(\.id.path).joined(separator: " ") == expected)
        #expect(try TaskGraph(part).count == part.count)
    }

    @Test("A chain of a hundred thousand tasks is traversed without recursion")
    func deep() throws {
        let tasks = (0..<100_000).map { GraphFixture.task("\($0)", after: $0 == 0 ? [] : ["\($0 - 1)"]) }
        #expect(try TaskGraph(tasks).closure(of: [TaskID("99999")]).count == 100_000)
    }
}
