import ContentStore
import Foundation

/// The work of a worker process: one attempt at one task.
public enum Worker {
    /// Runs a task as its spec says and leaves a record. To be called by the main thread of a process of its own.
    ///
    /// - Parameter task: finds the task of that name, as the coordinating process knows it.
    public static func run(_ spec: WorkerSpec, keyParts: [KeyPart], task: (String) throws -> PipelineTask) throws {
        // Killed with its parent, unless that died before it could ask to be.
        let parent = ProcessTree.becomeRoot()
        guard spec.parent == nil || spec.parent == parent else { return }
        let record = attempt(spec, keyParts: keyParts, task)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(
            Array(try encoder.encode(record)), to: spec.folder + "/" + WorkerSpec.recordName, onlyIfChanged: false)
    }

    private static func attempt(
        _ spec: WorkerSpec, keyParts: [KeyPart], _ find: (String) throws -> PipelineTask
    ) -> WorkerRecord {
        var context: TaskContext?
        var failure: (any Error)?
        do {
            let task = try find(spec.task)
            let inputs = try spec.inputs.map { ActionInput(name: $0.name, digest: try Digest(hex: $0.digest)) }
            guard ActionResolver.key(task, inputs: inputs, keyParts: keyParts).digest.hex == spec.key else {
                throw AttemptFailure(
                    .refused, "The job is no longer what it was when the run began; run again with what it is now.")
            }
            let made = TaskContext(
                task: task.id, inputs: inputs, folder: spec.folder + "/" + WorkerSpec.outputsName,
                threads: spec.threads,
                storage: WorkerStorage(store: spec.store, folder: spec.folder + "/" + WorkerSpec.blobsName),
                keyParts: keyParts, cancellation: CancellationFlag(), observer: WorkerReporter())
            context = made
            try task.stage.run(made)
        } catch {
            failure = error
        }
        let lost: Digest? =
            switch failure as? StoreError {
            case .missingBlob(let digest), .damagedBlob(let digest, _, _): digest
            default: nil
            }
        let collected = context?.collected.withLock { $0 }
        return WorkerRecord(
            key: spec.key, attempt: spec.attempt, failure: failure.map { AttemptFailure.of($0).kind },
            message: failure.map { "\($0)" }, lostBlob: lost?.hex,
            references: (collected?.references ?? []).map(\.hex).sorted(), warnings: collected?.warnings ?? [],
            log: collected?.log ?? "")
    }
}

/// Passes progress on to the coordinating process.
private struct WorkerReporter: ExecutionObserver {
    func taskProgressed(_ task: TaskID, completed: Int, total: Int, unit: String, note: String?) {
        let line = WorkerProgress(completed: completed, total: total, unit: unit, note: note)
        guard let bytes = try? JSONEncoder().encode(line) else { return }
        FileHandle.standardOutput.write(bytes + Data("\n".utf8))
    }
}
