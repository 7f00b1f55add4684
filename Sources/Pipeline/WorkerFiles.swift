import ContentStore
import Foundation
import Synchronization

/// What a process that computes one attempt is told: all that it needs besides the blobs of the store, which it only reads.
///
/// It is a file, so that the process may be on another machine that sees the same folders. Version history: 1 = first.
public struct WorkerSpec: Codable, Sendable, Equatable {
    public static let currentVersion = 1

    public struct Input: Codable, Sendable, Equatable {
        public let name: String
        public let digest: String
    }

    public let version: Int
    public let task: String
    /// The action's key, which the worker computes for itself too.
    public let key: String
    public let attempt: Int
    public let inputs: [Input]
    public let outputs: [String]
    public let threads: Int
    /// The folder of the store.
    public let store: String
    /// The folder of this attempt. Outputs go to `outputs` in it, other blobs to `blobs`, named by their digest, and last of all
    /// the record to `record.json`.
    public let folder: String
    /// The process that waits for this one, which shall not outlive it; `nil` where that is on another machine.
    public var parent: Int32?

    public static let recordName = "record.json"
    public static let outputsName = "outputs"
    public static let blobsName = "blobs"
}

/// What became of an attempt in a worker process. Written last, at once and whole; without it, the attempt is lost.
public struct WorkerRecord: Codable, Sendable, Equatable {
    public var version = WorkerSpec.currentVersion
    public let key: String
    public let attempt: Int
    /// `nil` when it succeeded.
    public let failure: FailureClass?
    public let message: String?
    /// A blob of the store that turned out to be missing or damaged.
    public let lostBlob: String?
    /// Digests of further blobs that the outputs refer to.
    public let references: [String]
    public let warnings: [String]
    public let log: String
}

/// A line that a worker writes to standard output.
public struct WorkerProgress: Codable, Sendable {
    public let completed: Int
    public let total: Int
    public let unit: String
    public let note: String?
}

/// What a worker process has of the store: blobs to read, and a folder for new ones. Memos it computes anew.
final class WorkerStorage: TaskStorage {
    private let blobs: BlobFolder
    private let folder: String
    private let written = Mutex<Set<Digest>>([])

    init(store: String, folder: String) {
        blobs = BlobFolder(store: store)
        self.folder = folder
    }

    func verifiedPath(_ digest: Digest) throws -> String {
        if written.withLock({ $0.contains(digest) }) { return folder + "/" + digest.hex }
        return try blobs.verifiedPath(digest)
    }

    func put(bytes: [UInt8]) throws -> Digest {
        let digest = Digest.of(bytes)
        guard !written.withLock({ $0.contains(digest) }) else { return digest }
        try AtomicFile.write(bytes, to: folder + "/" + digest.hex, onlyIfChanged: false)
        written.withLock { _ = $0.insert(digest) }
        return digest
    }

    func memos(_ keys: [Digest]) throws -> [Digest: Digest] { [:] }

    func remember(
        _ key: ActionKey, _ value: ActionOutput, of task: TaskID, startedAt: Int64, durationSeconds: Double
    ) throws {}
}
