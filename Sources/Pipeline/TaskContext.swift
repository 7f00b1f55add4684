import ContentStore
import Synchronization

/// What a stage sees of the world while it runs: its inputs, the folder for its outputs, blobs, memos, progress.
///
/// May be used from several threads of the stage.
public final class TaskContext: Sendable {
    public let task: TaskID
    /// Threads that the stage may use, itself included.
    public let threads: Int
    /// In the stage's order.
    public let inputNames: [String]
    let storage: any TaskStorage
    let keyParts: [KeyPart]
    let collected = Mutex(Collected())
    private let digests: [String: Digest]
    private let folder: String
    private let cancellation: CancellationFlag
    private let observer: any ExecutionObserver

    struct Collected: Sendable {
        var references: Set<Digest> = []
        var warnings: [String] = []
        var log = ""
    }

    /// A log longer than this is cut: it is for people, in a database.
    private static let logLimitBytes = 64 << 10

    init(
        task: TaskID, inputs: [ActionInput], folder: String, threads: Int, storage: any TaskStorage,
        keyParts: [KeyPart], cancellation: CancellationFlag, observer: any ExecutionObserver
    ) {
        self.task = task
        self.threads = threads
        inputNames = inputs.map(\.name)
        digests = Dictionary(inputs.map { ($0.name, $0.digest) }) { first, _ in first }
        self.folder = folder
        self.storage = storage
        self.keyParts = keyParts
        self.cancellation = cancellation
        self.observer = observer
    }

    /// The file that holds an input, checked against its digest; never to be changed. Throws
    /// `PipelineError.unknownInput`, or `StoreError` when it was lost or damaged: then let the error pass, so that the
    /// task that made it runs again.
    public func inputPath(_ name: String) throws -> String {
        guard let digest = digests[name] else {
            throw PipelineError.unknownInput(task: task, name: name, known: inputNames)
        }
        return try storage.verifiedPath(digest)
    }

    /// The content of an input by name; a name that the task does not have is a mistake in the stage.
    public func inputDigest(_ name: String) -> Digest {
        guard let digest = digests[name] else {
            fatalError("Task \(task) has no input \(name), it has: \(inputNames.joined(separator: ", "))")
        }
        return digest
    }

    public func hasInput(_ name: String) -> Bool { digests[name] != nil }

    /// Where to write the output called `name`, in a folder that only this attempt uses.
    public func outputPath(_ name: String) -> String { folder + "/" + name }

    /// The file of a blob that an input refers to, checked as in `inputPath`.
    public func blobPath(_ digest: Digest) throws -> String { try storage.verifiedPath(digest) }

    /// Stores a blob that an output refers to. It is kept as long as this task's result.
    public func publish(bytes: [UInt8]) throws -> Digest {
        let digest = try storage.put(bytes: bytes)
        refer(to: [digest])
        return digest
    }

    /// Throws `PipelineError.cancelled` once the run shall stop. Call it between steps of a few seconds at most.
    public func checkCancellation() throws {
        if cancellation.isSet { throw PipelineError.cancelled }
    }

    public func progress(_ completed: Int, of total: Int, unit: String, note: String? = nil) {
        observer.taskProgressed(task, completed: completed, total: total, unit: unit, note: note)
    }

    /// Reports something that does not make the result wrong. It is stored with the result, so that the task reports
    /// it again when it is cached; so derive it from what the outputs hold, not from what happened to run.
    public func warn(_ text: String) { collected.withLock { $0.warnings.append(text) } }

    /// Adds a line to the attempt's log in the history.
    public func log(_ line: String) {
        collected.withLock { collected in
            if collected.log.utf8.count + line.utf8.count < Self.logLimitBytes { collected.log += line + "\n" }
        }
    }

    func refer(to digests: [Digest]) { collected.withLock { $0.references.formUnion(digests) } }
}
