import ContentStore
import Folders
import Host
import StrictJSON

/// A task as a file: all that a process on any machine needs to compute an attempt, besides the blobs of the store.
public struct TaskRecord: Codable, Sendable, Equatable {
    public struct Input: Codable, Sendable, Equatable {
        public let name: String
        public let digest: String
    }

    /// The location of a source file that the settings name.
    public struct Source: Codable, Sendable, Equatable {
        public let name: String
        public let path: String
        public let folder: String?
        public let followsLinks: Bool
    }

    static let settingsLimitBytes = 256 << 20

    /// The name of the task, for messages.
    public let task: String
    public let stage: String
    public let stageVersion: Int
    /// The stage's settings as JSON.
    public let settings: String
    public let inputs: [Input]
    public let sources: [Source]
    /// The action key. The worker computes it as well and compares.
    public let key: String
    public let attempt: Int

    package init(_ task: PipelineTask, key: ActionKey, attempt: Attempt) throws {
        self.task = task.id.path
        stage = task.stageName
        stageVersion = type(of: task.stage).version
        settings = String(decoding: try StrictJSON.encode(task.stage), as: UTF8.self)
        inputs = key.inputs.map { Input(name: $0.name, digest: $0.digest.hex) }
        sources = task.sources.sorted { $0.key < $1.key }.map { name, location in
            Source(
                name: name, path: location.path, folder: location.folder?.path,
                followsLinks: location.folder?.followsLinks ?? false)
        }
        self.key = key.digest.hex
        self.attempt = attempt.number
    }

    /// The task to compute.
    ///
    /// - Throws: `AttemptFailure` of the class `refused` if this program or its libraries would compute something
    ///   else.
    func runnable(_ stage: any Stage, keyParts: [KeyPart]) throws -> (task: PipelineTask, inputs: [ActionInput]) {
        let task = PipelineTask(
            id: TaskID(task), stage: stage, inputs: [],
            sources: Dictionary(
                sources.map { source in
                    let folder = source.folder.map { NamedFolder($0, followsLinks: source.followsLinks) }
                    return (source.name, FileLocation(path: source.path, folder: folder))
                }
            ) { first, _ in first })
        let inputs = try inputs.map { ActionInput(name: $0.name, digest: try Digest(hex: $0.digest)) }
        guard ActionResolver.key(task, inputs: inputs, keyParts: keyParts).digest.hex == key else {
            throw AttemptFailure(
                .refused,
                "The task \(task.id) has another key here than in the run: install the same version of the program on all "
                    + "machines.")
        }
        return (task, inputs)
    }
}

/// The specification of an element: tasks that one process computes in sequence. An element of a cluster array has
/// several tasks; an isolated attempt on this machine has one.
///
/// Version history: 1 = names of tasks of a job; 2 = tasks by value.
public struct ElementSpec: Codable, Sendable, Equatable {
    public static let currentVersion = 2
    public static let fileName = "spec.json"
    /// A marker file in the array's folder that makes workers stop.
    public static let cancelledName = "cancelled"
    /// The file with the reason why an element began no task because of its node.
    public static let refusalName = "refused"
    /// The file with the reason why an element began no task because the store is full, which affects all nodes.
    public static let shortageName = "short-of-space"

    public var version = ElementSpec.currentVersion
    /// The version of Nominal. Other versions refuse the tasks, because they may compute something else.
    public let program: String
    /// The folder of the store.
    public let store: String
    /// The folder of this element.
    public let folder: String
    public let threads: Int
    /// The limits of each task; `nil` for none.
    public var timeLimitSeconds: Double?
    public var memoryLimitBytes: Int?
    /// The time limit that the cluster enforces. No task begins that would exceed it.
    public var elementLimitSeconds: Double?
    /// The minimum free space in the store, in bytes, for an element to begin.
    public var requiredFreeBytes = 256 << 20
    public let tasks: [TaskRecord]

    init(program: String, store: String, folder: String, threads: Int, tasks: [TaskRecord]) {
        (self.program, self.store, self.folder) = (program, store, folder)
        (self.threads, self.tasks) = (threads, tasks)
    }

    /// The names of a task's record and of the marker that it has begun.
    package static func recordName(_ task: Int) -> String { "\(task).json" }
    static func beginningName(_ task: Int) -> String { "\(task).begun" }

    /// Reads a specification. Throws `StoreError`, `JSONError` or `DecodingError`.
    public static func read(_ file: String) throws -> ElementSpec {
        try StrictJSON.decode(
            ElementSpec.self, from: try AtomicFile.read(file), file: file, sizeLimit: TaskRecord.settingsLimitBytes)
    }

    /// Writes the specification into the element's folder and returns its path.
    @discardableResult
    func write() throws -> String {
        let file = folder + "/" + Self.fileName
        try AtomicFile.writePrivate(try StrictJSON.encode(self), to: file)
        return file
    }
}

/// The outcome of an attempt in a worker process. It is written last and atomically; without it, the attempt is lost.
///
/// Version history: 1 = first; 2 = outputs and other blobs are published by the worker; 3 = memory.
public struct WorkerRecord: Codable, Sendable, Equatable {
    static let currentVersion = 3

    public struct Output: Codable, Sendable, Equatable {
        public let name: String
        public let digest: String
        public let sizeBytes: Int

        package init(name: String, digest: String, sizeBytes: Int) {
            (self.name, self.digest, self.sizeBytes) = (name, digest, sizeBytes)
        }
    }

    public var version = WorkerRecord.currentVersion
    public let key: String
    public let attempt: Int
    /// The failure class; `nil` if the attempt succeeded.
    public var failure: FailureClass?
    public var message: String?
    /// The digest of a stored blob that is missing or damaged.
    public var lostBlob: String?
    /// Blobs of the store, in the order in which the stage declares its outputs.
    public var outputs: [Output] = []
    /// Digests of further blobs that the outputs refer to.
    public var references: [String] = []
    public var warnings: [String] = []
    public var log = ""
    public var seconds = 0.0
    /// The peak resident memory of the worker process, in MiB.
    public var peakMiB: Int?
    /// The names of the machine and its processor.
    public let host: String
    public let processor: String
    /// The versions of the program and its libraries on that machine.
    public var versions = ""

    /// Creates a record of an attempt on this machine.
    package init(key: String, attempt: Int) {
        (self.key, self.attempt) = (key, attempt)
        (host, processor) = (HostDescription.current.name, HostDescription.current.processor)
    }

    /// Reads an encoded record; `nil` if it is malformed or contains implausible numbers.
    package init?(json bytes: [UInt8]) {
        guard let record = try? StrictJSON.decode(WorkerRecord.self, from: bytes),
            (0..<1e9).contains(record.seconds), record.outputs.allSatisfy({ $0.sizeBytes >= 0 }),
            (0..<1 << 40).contains(record.peakMiB ?? 0)
        else { return nil }
        self = record
    }

    /// A deterministic encoding: equal records give equal bytes.
    package func encoded() throws -> [UInt8] { try StrictJSON.encode(self) }

    /// The result of a successful attempt whose blobs are all in the store.
    ///
    /// - Parameter kept: Returns a text as the store keeps it.
    /// - Throws: `AttemptFailure`, or the `StoreError` for a blob that the worker found missing or damaged.
    func result(_ store: ContentStore, kept: (String) -> String) throws -> ActionResult {
        if let lostBlob, let digest = try? Digest(hex: lostBlob) {
            // Sets a damaged blob aside and throws.
            _ = try store.recheckedPath(digest)
        }
        if let failure { throw AttemptFailure(failure, message ?? "The worker gave no reason.") }
        let outputs = try outputs.map { output in
            ActionOutput(name: output.name, digest: try Digest(hex: output.digest), sizeBytes: output.sizeBytes)
        }
        let references = try references.map { try Digest(hex: $0) }
        for output in outputs where try !store.use(output.digest, sizeBytes: output.sizeBytes) {
            throw AttemptFailure(.lost, "The worker has not left the blob \(output.digest) of \(output.name).")
        }
        for reference in references where try !store.use(reference) {
            throw AttemptFailure(.lost, "The worker has not left the blob \(reference).")
        }
        return ActionResult(outputs: outputs, references: references, warnings: warnings.map(kept))
    }
}

/// The progress of a task, for display.
public struct WorkerProgress: Codable, Sendable {
    public let completed: Int
    public let total: Int
    public let unit: String
    public let note: String?

    /// True if the numbers are plausible counts, so that arithmetic on them is safe.
    var isFit: Bool { [completed, total].allSatisfy { (0..<1 << 53).contains($0) } }
}

/// The state of an element: the current task and its progress. A line of JSON on a worker's standard output, and
/// periodically a file in the element's folder.
public struct ElementReport: Codable, Sendable {
    public let task: Int
    public var progress: WorkerProgress?

    static let fileName = "progress.json"
}
