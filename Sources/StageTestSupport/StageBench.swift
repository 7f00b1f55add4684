import ContentStore
import Jobs
import Pipeline
import PipelineTestSupport
import Stages

/// Runs single stages and whole jobs in a store of their own.
package struct StageBench {
    package let store: ContentStore
    private let folder: TemporaryFolder

    package init() throws {
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path)
    }

    /// The digests of a stage's outputs by their names.
    package func run(
        _ stage: any Stage, _ inputs: [(String, Digest)] = [], sources: [LocatedSource] = []
    ) throws -> [String: Digest] {
        let task = PipelineTask(
            id: TaskID("stage"), stage: stage, inputs: inputs.map { TaskInput(name: $0.0, source: .blob($0.1)) },
            sources: sources.locations)
        let summary = try execute(TaskGraph([task]))
        var outputs: [String: Digest] = [:]
        for name in stage.outputs { outputs[name] = summary.output(of: task.id, named: name) }
        return outputs
    }

    package func execute(_ graph: TaskGraph, threads: Int = 1) throws -> ExecutionSummary {
        let summary = try Executor(store: store, options: ExecutorOptions(jobs: 2, threads: threads)).run(graph)
        if let failure = summary.failures.first { throw StageFailure(message: "\(failure.task): \(failure.message)") }
        return summary
    }

    package func put(json value: some Encodable) throws -> Digest { try store.put(bytes: try StageJSON.encode(value)) }
}
