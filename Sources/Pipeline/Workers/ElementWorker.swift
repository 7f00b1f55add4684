import ContentStore
import Foundation
import Host
import Synchronization

/// Computes the tasks of an element one after the other and publishes a record of each.
///
/// It reads only its specification and the blobs of the store. Another process may compute the same element at the
/// same time; the first record of a task counts.
public struct ElementWorker: Sendable {
    private let spec: ElementSpec
    private let own: String
    private let versions: String
    private let blobs: BlobFolder
    private let start: Double

    /// - Parameters:
    ///   - own: A subfolder of the element's folder that no other process writes to.
    ///   - versions: The versions of this program and its libraries.
    ///   - cache: A cache of blobs on this node.
    public init(_ spec: ElementSpec, own: String, versions: String, cache: NodeCache? = nil) {
        (self.spec, self.own, self.versions) = (spec, own, versions)
        blobs = BlobFolder(store: spec.store, cache: cache)
        start = ElementSupervisor.start(own) ?? HostClock.monotonicSeconds()
    }

    /// Runs on the main thread of a worker process and reports on standard output.
    public func run(_ registry: StageRegistry) throws {
        // The parent may have died before this process could subscribe to its death.
        guard ProcessTree.becomeRoot() > 1 else { return }
        try run(keyParts: registry.keyParts, report: Self.write, stage: registry.stage)
    }

    /// Computes the tasks without a record until all are done, the array is cancelled, or the time is too short for
    /// another task.
    ///
    /// - Parameter stage: Makes the stage of a record.
    /// - Throws: `StoreError` if not even a record can be written.
    func run(
        keyParts: [KeyPart], report: @escaping @Sendable (ElementReport) -> Void,
        stage: (TaskRecord) throws -> any Stage
    ) throws {
        let shared = SharedResources()
        var longest = 0.0
        for index in spec.tasks.indices {
            if try spec.isRecorded(index) { continue }
            if spec.isCancelled || !hasTime(for: longest) { return }
            try spec.elementFolder.mark(ElementSpec.beginningName(index))
            report(ElementReport(task: index))
            let folder = "\(own)/\(index)"
            try AtomicFile.createPrivateFolder(folder)
            let record = attempt(
                spec.tasks[index], folder, keyParts, shared, Reporter(task: index, report: report), stage)
            longest = max(longest, record.seconds)
            try spec.publish(record, of: index, by: folder + "/record.json")
            try? AtomicFile.removeAll(folder)
        }
    }

    /// True if a task as long as the longest so far would finish in time.
    private func hasTime(for seconds: Double) -> Bool {
        guard let limit = spec.elementLimitSeconds, seconds > 0 else { return true }
        return HostClock.monotonicSeconds() - start + 1.2 * seconds < limit
    }

    private func attempt(
        _ task: TaskRecord, _ folder: String, _ keyParts: [KeyPart], _ shared: SharedResources, _ observer: Reporter,
        _ stage: (TaskRecord) throws -> any Stage
    ) -> WorkerRecord {
        let start = HostClock.monotonicSeconds()
        var record = WorkerRecord(key: task.key, attempt: task.attempt)
        record.versions = versions
        var context: TaskContext?
        do {
            let (runnable, inputs) = try task.runnable(try stage(task), keyParts: keyParts)
            let outputs = folder + "/outputs"
            try AtomicFile.createPrivateFolder(outputs)
            let made = TaskContext(
                task: runnable.id, inputs: inputs, sources: runnable.sources, folder: outputs, threads: spec.threads,
                storage: WorkerStorage(blobs, folder: folder), keyParts: keyParts, shared: shared,
                cancellation: CancellationFlag(), observer: observer)
            context = made
            try runnable.stage.run(made)
            record.outputs = try runnable.checkedOutputs(ElementFolder(outputs).names()).map { name in
                let (digest, sizeBytes) = try blobs.publish(movingFile: outputs + "/" + name)
                return WorkerRecord.Output(name: name, digest: digest.hex, sizeBytes: sizeBytes)
            }
        } catch {
            (record.failure, record.message) = (AttemptFailure.of(error).kind, "\(error)")
            switch error as? StoreError {
            case .missingBlob(let digest), .damagedBlob(let digest, _, _): record.lostBlob = digest.hex
            default: break
            }
        }
        if let collected = context?.collected.withLock({ $0 }) {
            record.references = collected.references.map(\.hex).sorted()
            (record.warnings, record.log) = (collected.warnings, collected.log)
        }
        record.seconds = HostClock.monotonicSeconds() - start
        record.peakMiB = ProcessResources.peakMiB
        return record
    }

    /// Writes a line to standard output. Ignores write errors, because progress is optional.
    private static func write(_ report: ElementReport) {
        guard let bytes = try? JSONEncoder().encode(report) else { return }
        try? FileHandle.standardOutput.write(contentsOf: bytes + Data("\n".utf8))
    }

    /// Reports progress to the parent process.
    private struct Reporter: ExecutionObserver {
        let task: Int
        let report: @Sendable (ElementReport) -> Void

        func taskProgressed(_: TaskID, completed: Int, total: Int, unit: String, note: String?) {
            report(
                ElementReport(
                    task: task, progress: WorkerProgress(completed: completed, total: total, unit: unit, note: note)))
        }
    }
}

/// A worker's access to the store: reads blobs and adds new ones. Memos are recomputed.
private final class WorkerStorage: TaskStorage {
    private let blobs: BlobFolder
    private let folder: String
    private let sequence = Atomic<Int>(0)

    /// - Parameter folder: The folder for files that are being added to the store.
    init(_ blobs: BlobFolder, folder: String) { (self.blobs, self.folder) = (blobs, folder) }

    func verifiedPath(_ digest: Digest) throws -> String { try blobs.verifiedPath(digest) }

    func put(bytes: [UInt8]) throws -> Digest {
        let number = sequence.add(1, ordering: .relaxed).newValue
        return try blobs.publish(bytes, by: "\(folder)/blob-\(number)")
    }

    func memos(_ keys: [Digest]) throws -> [Digest: Digest] { [:] }

    func remember(
        _ key: ActionKey, _ value: ActionOutput, of task: TaskID, startedAt: Int64, durationSeconds: Double
    ) throws {}
}

extension ElementSpec {
    var elementFolder: ElementFolder { ElementFolder(folder) }

    /// The time to wait for a file server that does not answer.
    private static var patienceSeconds: Double { 60 }

    /// True if the task has a record. Throws `StoreError` if the file system does not answer.
    func isRecorded(_ task: Int) throws -> Bool {
        try elementFolder.holds(Self.recordName(task), patienceSeconds: Self.patienceSeconds)
    }

    /// True if the submitter has removed the array's folder. False if the file server does not answer, so that an
    /// outage ends no work.
    var isGone: Bool { (try? elementFolder.holds(Self.fileName)) == false }

    /// True if the submitter has cancelled the array.
    var isCancelled: Bool {
        isGone || (try? ElementFolder(folder + "/..").holds(Self.cancelledName)) == true
    }

    @discardableResult
    func publish(_ record: WorkerRecord, of task: Int, by temporary: String) throws -> Bool {
        try elementFolder.publish(try record.encoded(), as: Self.recordName(task), by: temporary)
    }

    /// The record of a task; `nil` if it belongs to another attempt.
    ///
    /// - Throws: `StoreError` if the record cannot be read.
    func record(of task: Int) throws -> WorkerRecord? {
        guard let record = WorkerRecord(json: try AtomicFile.read("\(folder)/\(Self.recordName(task))")),
            record.key == tasks[task].key, record.attempt == tasks[task].attempt
        else { return nil }
        return record
    }
}
