import ContentStore
import Host
import Synchronization

/// A stage's access to everything but its settings: inputs, source files, the output folder, blobs, memos, shared
/// objects and progress.
///
/// Safe to use from several threads of the stage.
public final class TaskContext: Sendable {
    public let task: TaskID
    /// The number of threads that the stage may use, including its own.
    public let threads: Int
    /// The names of the inputs, in the stage's order.
    public let inputNames: [String]
    /// Objects that the tasks of this process share.
    public let shared: SharedResources
    let storage: any TaskStorage
    let keyParts: [KeyPart]
    private let sources: [String: FileLocation]
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

    /// The maximum size of a log. Longer logs are truncated, because the database keeps them.
    private static let logLimitBytes = 64 << 10

    init(
        task: TaskID, inputs: [ActionInput], sources: [String: FileLocation], folder: String, threads: Int,
        storage: any TaskStorage, keyParts: [KeyPart], shared: SharedResources, cancellation: CancellationFlag,
        observer: any ExecutionObserver
    ) {
        self.task = task
        self.threads = threads
        inputNames = inputs.map(\.name)
        digests = Dictionary(inputs.map { ($0.name, $0.digest) }) { first, _ in first }
        self.sources = sources
        self.folder = folder
        self.storage = storage
        self.keyParts = keyParts
        self.shared = shared
        self.cancellation = cancellation
        self.observer = observer
    }

    /// The location of a source file that the settings name. Traps if the name is unknown.
    public func source(_ name: String) -> FileLocation {
        guard let location = sources[name] else { fatalError("Task \(task) has no source file \(name)") }
        return location
    }

    /// The file of an input, checked against its digest. It must not be modified. Throws
    /// `PipelineError.unknownInput`, or `StoreError` if the blob is lost or damaged. Do not catch the latter: it
    /// makes the producing task run again.
    public func inputPath(_ name: String) throws -> String {
        guard let digest = digests[name] else {
            throw PipelineError.unknownInput(task: task, name: name, known: inputNames)
        }
        return try storage.verifiedPath(digest)
    }

    /// The digest of an input. Traps if the name is unknown.
    public func inputDigest(_ name: String) -> Digest {
        guard let digest = digests[name] else {
            fatalError("Task \(task) has no input \(name), it has: \(inputNames.joined(separator: ", "))")
        }
        return digest
    }

    public func hasInput(_ name: String) -> Bool { digests[name] != nil }

    /// The path for the output called `name`, in a folder that only this attempt uses.
    public func outputPath(_ name: String) -> String { folder + "/" + name }

    /// The file of a blob that an input refers to, checked as in `inputPath`.
    public func blobPath(_ digest: Digest) throws -> String { try storage.verifiedPath(digest) }

    /// Stores a blob that an output refers to. The blob lives as long as the task's result.
    public func publish(bytes: [UInt8]) throws -> Digest {
        let digest = try storage.put(bytes: bytes)
        refer(to: [digest])
        return digest
    }

    /// Throws `PipelineError.cancelled` if the run has been cancelled. Call it at least every few seconds.
    public func checkCancellation() throws {
        if cancellation.isSet { throw PipelineError.cancelled }
    }

    public func progress(_ completed: Int, of total: Int, unit: String, note: String? = nil) {
        observer.taskProgressed(task, completed: completed, total: total, unit: unit, note: note)
    }

    /// Reports a problem that does not make the result wrong. Warnings are stored with the result and reported again
    /// when the task is cached, so they must depend on the outputs alone.
    public func warn(_ text: String) { collected.withLock { $0.warnings.append(text) } }

    /// Adds a line to the attempt's log in the history.
    public func log(_ line: String) {
        collected.withLock { collected in
            if collected.log.utf8.count + line.utf8.count < Self.logLimitBytes { collected.log += line + "\n" }
        }
    }

    func refer(to digests: [Digest]) { collected.withLock { $0.references.formUnion(digests) } }
}

extension TaskContext {
    /// The blob of a cached part of the work, such as one decoded image. `produce` runs only if the blob is not
    /// stored.
    ///
    /// The blob becomes durable with the next group commit, even if the task fails, so an interrupted task finds it
    /// again. It lives as long as the task's result.
    ///
    /// - Parameter settings: Everything that the bytes depend on.
    public func memo(
        stage: String, version: Int, settings: some Encodable, produce: () throws -> [UInt8]
    ) throws -> Digest {
        let key = memoKey(stage, version, settings)
        let digest = try storage.memos([key.digest])[key.digest] ?? remember(key, produce)
        refer(to: [digest])
        return digest
    }

    /// Like `memo`, for many parts at once: one lookup, then production on several threads. The result is in the
    /// order of `settings`. If several parts fail, the error of the first one is thrown.
    ///
    /// - Parameters:
    ///   - threads: The maximum number of threads; `nil` for all of the task's threads.
    ///   - unit: The unit of the progress counts.
    ///   - produce: Gets a position in `settings`.
    public func memoAll(
        stage: String, version: Int, settings: [some Encodable], threads: Int? = nil, unit: String = "items",
        produce: @escaping @Sendable (Int) throws -> [UInt8]
    ) throws -> [Digest] {
        let keys = settings.map { memoKey(stage, version, $0) }
        let known = try storage.memos(keys.map(\.digest))
        let found = Mutex(keys.map { known[$0.digest] })
        let absent = keys.indices.filter { known[keys[$0].digest] == nil }
        let completed = Atomic<Int>(keys.count - absent.count)
        if !keys.isEmpty { progress(keys.count - absent.count, of: keys.count, unit: unit) }
        try ThreadTeam.forEach(count: absent.count, threads: threads ?? self.threads, named: stage) { [self] position in
            try checkCancellation()
            let index = absent[position]
            let digest = try remember(keys[index]) { try produce(index) }
            found.withLock { $0[index] = digest }
            progress(completed.add(1, ordering: .relaxed).newValue, of: keys.count, unit: unit)
        }
        let digests = found.withLock { $0.compactMap(\.self) }
        refer(to: digests)
        return digests
    }

    private func memoKey(_ stage: String, _ version: Int, _ settings: some Encodable) -> ActionKey {
        ActionKey(stage: stage, version: version, parts: SettingsEncoder.parts(of: settings), common: keyParts)
    }

    private func remember(_ key: ActionKey, _ produce: () throws -> [UInt8]) throws -> Digest {
        let startedAt = HostClock.wallNanoseconds()
        let start = HostClock.monotonicSeconds()
        let bytes = try produce()
        let digest = try storage.put(bytes: bytes)
        try storage.remember(
            key, ActionOutput(name: "value", digest: digest, sizeBytes: bytes.count), of: task, startedAt: startedAt,
            durationSeconds: HostClock.monotonicSeconds() - start)
        return digest
    }
}
