import PipelineTestSupport

@testable import ContentStore

/// A store in a temporary folder and short ways to use it.
final class StoreFixture {
    let folder: TemporaryFolder
    let execution: Int64
    private var opened: ContentStore?

    init() throws {
        folder = try TemporaryFolder()
        let store = try ContentStore(path: folder.path + "/store")
        execution = try store.beginExecution(command: "test", versions: "")
        opened = store
    }

    var path: String { folder.path + "/store" }

    var store: ContentStore {
        guard let opened else { fatalError("the store is closed") }
        return opened
    }

    /// Lets the store go, as a process that ends does.
    func close() { opened = nil }

    func open() throws { opened = try ContentStore(path: path) }

    /// The same store in the eyes of a process that has not hashed its blobs.
    func reopened() throws -> ContentStore { try ContentStore(path: path) }

    static func key(_ text: String) -> ActionKey {
        ActionKey(stage: "stage", version: 1, parts: [KeyPart("text", .text(text))])
    }

    func record(_ key: ActionKey, _ attempt: Attempt, output: String, warnings: [String] = []) throws -> JobRecord {
        let bytes = Array(output.utf8)
        let result = ActionResult(
            outputs: [ActionOutput(name: "out", digest: try store.put(bytes: bytes), sizeBytes: bytes.count)],
            references: [.of(text: output + " reference")], warnings: warnings)
        return JobRecord(
            key: key, attempt: attempt, task: "task", outcome: .succeeded(result), startedAt: 1, durationSeconds: 0.5)
    }
}
