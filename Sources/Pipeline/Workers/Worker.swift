import ContentStore
import Foundation
import Host

/// The work of a worker process: one attempt at one task.
public enum Worker {
    /// Runs a task as its spec says and leaves a record. To be called by the main thread of a process of its own.
    ///
    /// - Parameter task: finds the task of that name, as the coordinating process knows it.
    public static func run(_ spec: WorkerSpec, keyParts: [KeyPart], task: (String) throws -> PipelineTask) throws {
        // Killed with its parent, unless that died before it could ask to be.
        let parent = ProcessTree.becomeRoot()
        guard spec.parent == nil || spec.parent == parent else { return }
        let record = attempt(spec, BlobFolder(store: spec.store), keyParts: keyParts, WorkerReporter(), task)
        try AtomicFile.write(try record.encoded(), to: spec.folder + "/" + WorkerSpec.recordName, onlyIfChanged: false)
    }

    /// Makes an attempt and says what came of it. The folder of the attempt must exist.
    static func attempt(
        _ spec: WorkerSpec, _ blobs: BlobFolder, keyParts: [KeyPart], _ observer: any ExecutionObserver,
        _ find: (String) throws -> PipelineTask
    ) -> WorkerRecord {
        let start = HostClock.monotonicSeconds()
        var record = WorkerRecord(key: spec.key, attempt: spec.attempt)
        var context: TaskContext?
        do {
            let task = try find(spec.task)
            let inputs = try spec.inputs.map { ActionInput(name: $0.name, digest: try Digest(hex: $0.digest)) }
            guard ActionResolver.key(task, inputs: inputs, keyParts: keyParts).digest.hex == spec.key else {
                throw AttemptFailure(
                    .refused, "The job is no longer what it was when the run began; run again with what it is now.")
            }
            let folder = spec.folder + "/" + WorkerSpec.outputsName
            try AtomicFile.createPrivateFolder(folder)
            let made = TaskContext(
                task: task.id, inputs: inputs, folder: folder, threads: spec.threads,
                storage: WorkerStorage(blobs, folder: spec.folder), keyParts: keyParts,
                cancellation: CancellationFlag(), observer: observer)
            context = made
            try task.stage.run(made)
            record.outputs = try task.checkedOutputs(ElementFolder(folder).names()).map { name in
                let (digest, sizeBytes) = try blobs.publish(movingFile: folder + "/" + name)
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
        return record
    }
}

extension PipelineTask {
    /// The outputs in the order in which the stage declares them. Throws when one is missing or there are others.
    func checkedOutputs(_ written: [String]) throws -> [String] {
        let missing = stage.outputs.filter { !written.contains($0) }
        guard missing.isEmpty else { throw PipelineError.missingOutputs(task: id, names: missing) }
        let undeclared = Set(written).subtracting(stage.outputs).sorted()
        guard undeclared.isEmpty else { throw PipelineError.undeclaredOutputs(task: id, names: undeclared) }
        return stage.outputs
    }
}

/// Passes progress on to the coordinating process.
struct WorkerReporter: ExecutionObserver {
    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        write(WorkerProgress(completed: completed, total: total, unit: unit, note: note))
    }

    /// Writes a line to standard output.
    func write(_ line: some Encodable) {
        guard let bytes = try? JSONEncoder().encode(line) else { return }
        // Progress that nobody takes is no reason to stop.
        try? FileHandle.standardOutput.write(contentsOf: bytes + Data("\n".utf8))
    }
}
