import ContentStore
import PipelineTestSupport
import Testing

@testable import Pipeline

@Suite("Many tasks")
struct ScaleTests {
    /// A stage with almost no work, to measure the overhead per task.
    private struct Tiny: Stage {
        static let name = "tiny"
        static let version = 1
        let number: Int
        var outputs: [String] { ["out"] }

        func run(_ context: TaskContext) throws { try context.write("\(number)") }
    }

    private func tasks(_ count: Int) -> [PipelineTask] {
        let producers = (0..<count).map {
            PipelineTask(id: TaskID("tiny/\($0)"), stage: Tiny(number: $0), inputs: [])
        }
        let inputs = producers.map { TaskInput(name: $0.id.path, source: .output($0.id, "out")) }
        return producers + [PipelineTask(id: TaskID("all"), stage: GraphFixture.joining("all"), inputs: inputs)]
    }

    @Test("A second run of many tiny tasks runs nothing; both durations are printed")
    func noOperation() throws {
        let count = 10_000
        let fixture = try ExecutorFixture()
        // Commits results directly: flushing 10,000 files would take seconds.
        try fixture.commitTiny(tasks(count), output: fixture.store.put(bytes: [0]))
        let first = try fixture.run(tasks(count))
        #expect((first.run, first.cached) == (1, count))
        let second = try fixture.run(tasks(count))
        #expect((second.run, second.cached) == (0, count + 1))
        print("no-op run of \(count) tasks: \(second.durationSeconds) s")
    }
}

extension ExecutorFixture {
    /// Commits a one-byte result for every task without inputs, as if it had run.
    func commitTiny(_ tasks: [PipelineTask], output: Digest) throws {
        let execution = try store.beginExecution(command: "", versions: "")
        for task in tasks where task.inputs.isEmpty {
            let key = ActionResolver.key(task, inputs: [], keyParts: [KeyPart("numerics", .integer(1))])
            let result = ActionResult(outputs: [ActionOutput(name: "out", digest: output, sizeBytes: 1)])
            let record = JobRecord(
                key: key, attempt: Attempt(action: key.digest, number: 1), task: task.id.path,
                outcome: .succeeded(result), startedAt: 1, durationSeconds: 0)
            try store.commit(record, execution: execution) { _ in }
        }
        store.flush()
    }
}
