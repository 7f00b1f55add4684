import ContentStore
import Pipeline

/// Runs one stage in a store of its own, for tests of stages.
public struct StageTrial: Sendable {
    public let store: ContentStore
    public let summary: ExecutionSummary
    private let folder: TemporaryFolder
    private static let task = TaskID("trial")

    /// `inputs`: names and contents, in the stage's order. Throws `StoreError`, or the message of the failure.
    public init(_ stage: any Stage, inputs: [(name: String, bytes: [UInt8])] = [], threads: Int = 1) throws {
        let folder = try TemporaryFolder()
        let store = try ContentStore(path: folder.path)
        let taskInputs = try inputs.map {
            TaskInput(name: $0.name, source: .blob(try store.put(bytes: $0.bytes)))
        }
        let graph = try TaskGraph([
            PipelineTask(id: Self.task, stage: stage, inputs: taskInputs, resources: .wholeMachine)
        ])
        summary = try Executor(store: store, options: ExecutorOptions(jobs: 1, threads: threads)).run(graph)
        (self.folder, self.store) = (folder, store)
        if let failure = summary.failures.first { throw StageFailure(message: failure.message) }
    }

    /// The content of an output.
    public func output(_ name: String) throws -> [UInt8] {
        guard let digest = summary.output(of: Self.task, named: name) else {
            throw StageFailure(message: "The stage has no output \(name).")
        }
        return try store.read(digest)
    }
}
