import ContentStore

/// A store in a temporary folder, with an execution to commit results under.
public final class StoreFixture {
    public let folder: TemporaryFolder
    public let execution: Int64
    private var opened: ContentStore?

    public init() throws {
        folder = try TemporaryFolder()
        let store = try ContentStore(path: folder.path + "/store")
        execution = try store.beginExecution(command: "test", versions: "")
        opened = store
    }

    public var path: String { folder.path + "/store" }

    public var store: ContentStore {
        guard let opened else { fatalError("the store is closed") }
        return opened
    }

    /// Releases the store, as a process that ends does.
    public func close() { opened = nil }

    public func open() throws { opened = try ContentStore(path: path) }

    /// The same store as a process sees it that has not verified any blob.
    public func reopened() throws -> ContentStore { try ContentStore(path: path) }

    public static func key(_ text: String) -> ActionKey {
        ActionKey(stage: "stage", version: 1, parts: [KeyPart("text", .text(text))])
    }

    /// A successful end of an attempt with one output, which is stored.
    public func record(
        _ key: ActionKey, _ attempt: Attempt, output: String, warnings: [String] = []
    ) throws -> JobRecord {
        let bytes = Array(output.utf8)
        let result = ActionResult(
            outputs: [ActionOutput(name: "out", digest: try store.put(bytes: bytes), sizeBytes: bytes.count)],
            references: [.of(text: output + " reference")], warnings: warnings)
        return JobRecord(
            key: key, attempt: attempt, task: "task", outcome: .succeeded(result), startedAt: 1, durationSeconds: 0.5)
    }
}
