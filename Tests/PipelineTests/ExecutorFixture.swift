import ContentStore
import PipelineTestSupport

@testable import Pipeline

/// A store and helpers that run graphs on it.
final class ExecutorFixture {
    let folder: TemporaryFolder
    let store: ContentStore
    private(set) var observer = RecordingObserver()

    init() throws {
        folder = try TemporaryFolder()
        store = try ContentStore(path: folder.path)
    }

    @discardableResult
    func run(_ tasks: [PipelineTask], keepGoing: Bool = false, jobs: Int = 3, version: Int = 1) throws
        -> ExecutionSummary
    {
        observer = RecordingObserver()
        let options = ExecutorOptions(
            jobs: jobs, keepGoing: keepGoing, keyParts: [KeyPart("numerics", .integer(version))])
        return try Executor(store: store, options: options, observer: observer).run(TaskGraph(tasks))
    }

    func text(_ summary: ExecutionSummary, _ task: String, _ output: String = "out") throws -> String? {
        try summary.output(of: TaskID(task), named: output).map { String(decoding: try store.read($0), as: UTF8.self) }
    }
}
