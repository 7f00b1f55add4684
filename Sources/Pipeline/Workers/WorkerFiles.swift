import ContentStore
import Foundation
import Host
import StrictJSON

/// What a process that computes one attempt is told: all that it needs besides the blobs of the store.
///
/// It is a file, so that the process may be on another machine that sees the same folders. Version history: 1 = first;
/// 2 = outputs and other blobs are published by the worker.
public struct WorkerSpec: Codable, Sendable, Equatable {
    public static let currentVersion = 2

    public struct Input: Codable, Sendable, Equatable {
        public let name: String
        public let digest: String
    }

    public var version = WorkerSpec.currentVersion
    public let task: String
    /// The action's key, which the worker computes for itself too.
    public let key: String
    public let attempt: Int
    public let inputs: [Input]
    public let outputs: [String]
    public let threads: Int
    /// The folder of the store.
    public let store: String
    /// The folder of this attempt, which nobody else writes to. Outputs are written to `outputs` in it, and from there become
    /// blobs of the store.
    public let folder: String
    /// The process that waits for this one, which shall not outlive it; `nil` where that is on another machine.
    public var parent: Int32?

    public static let recordName = "record.json"
    public static let outputsName = "outputs"
}

/// What became of an attempt in a worker process. Written last, at once and whole; without it, the attempt is lost.
public struct WorkerRecord: Codable, Sendable, Equatable {
    public struct Output: Codable, Sendable, Equatable {
        public let name: String
        public let digest: String
        public let sizeBytes: Int

        package init(name: String, digest: String, sizeBytes: Int) {
            (self.name, self.digest, self.sizeBytes) = (name, digest, sizeBytes)
        }
    }

    public var version = WorkerSpec.currentVersion
    public let key: String
    public let attempt: Int
    /// `nil` when it succeeded.
    public var failure: FailureClass?
    public var message: String?
    /// A blob of the store that turned out to be missing or damaged.
    public var lostBlob: String?
    /// In the order in which the stage declares them; blobs of the store.
    public var outputs: [Output] = []
    /// Digests of further blobs that the outputs refer to.
    public var references: [String] = []
    public var warnings: [String] = []
    public var log = ""
    public var seconds = 0.0
    /// The machine's name, and its processor.
    public let host: String
    public let processor: String
    /// Of the program and its libraries there.
    public var versions = ""

    /// Of an attempt on this machine.
    package init(key: String, attempt: Int) {
        (self.key, self.attempt) = (key, attempt)
        (host, processor) = (HostDescription.current.name, HostDescription.current.processor)
    }

    /// Reads what `encoded` wrote. `nil` for anything else, and for numbers that no worker has measured.
    package init?(json bytes: [UInt8]) {
        guard let record = try? StrictJSON.decode(WorkerRecord.self, from: bytes),
            (0..<1e9).contains(record.seconds), record.outputs.allSatisfy({ $0.sizeBytes >= 0 })
        else { return nil }
        self = record
    }

    /// Bytes that are the same for equal records.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// The result, if there is one and all of it is in the store.
    ///
    /// - Parameter kept: a text as the store keeps it.
    /// - Throws: `AttemptFailure`; the `StoreError` for a blob that the worker missed.
    func result(_ store: ContentStore, kept: (String) -> String) throws -> ActionResult {
        if let lostBlob, let digest = try? Digest(hex: lostBlob) {
            // Sets it aside if it is damaged, and throws.
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

/// A line that a worker writes to standard output.
public struct WorkerProgress: Codable, Sendable {
    public let completed: Int
    public let total: Int
    public let unit: String
    public let note: String?

    /// True if the numbers can be counts, so that whoever computes with them need not care.
    var isFit: Bool { [completed, total].allSatisfy { (0..<1 << 53).contains($0) } }
}
