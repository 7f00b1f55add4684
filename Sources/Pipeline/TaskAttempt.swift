import ContentStore
import Foundation
import Glibc
import Host
import Synchronization

/// One attempt at a task, on this thread or in a process of its own: from its number to its record.
final class TaskAttempt {
    private let run: ExecutionRun
    private let index: Int
    private let task: PipelineTask
    private let key: ActionKey
    private let startedAt = HostClock.wallNanoseconds()
    private let lastAttempt: Int?
    private let start = HostClock.monotonicSeconds()
    private var log = ""
    /// `nil` where not even a number could be had.
    private(set) var begun: Attempt?

    /// - Parameter lastAttempt: as in `ContentStore.beginAttempt`.
    init(_ run: ExecutionRun, _ index: Int, _ key: ActionKey, lastAttempt: Int? = nil) {
        self.run = run
        self.index = index
        self.key = key
        self.lastAttempt = lastAttempt
        task = run.graph.tasks[index]
    }

    func make() -> Result<ActionResult, any Error> {
        Result {
            let attempt = try run.store.beginAttempt(
                key, execution: run.execution, task: task.id.path, lastAttempt: lastAttempt)
            begun = attempt
            let folder = try run.folders.take()
            var isEmpty = false
            defer { run.folders.giveBack(folder, isEmpty: isEmpty) }
            if let worker = run.options.worker { return try makeElsewhere(worker, attempt, folder) }
            let result = try makeHere(folder, StoreStorage(store: run.store, execution: run.execution))
            // It held its outputs and nothing else, and these have been moved.
            isEmpty = true
            return result
        }
    }

    /// Computes the result again; what differs from the stored one, or `nil`.
    func check() throws -> String? {
        guard let stored = try run.store.lookUp([key.digest])[key.digest] else { return nil }
        let folder = try run.folders.take()
        defer { run.folders.giveBack(folder, isEmpty: false) }
        let storage = StoreStorage(store: run.store, execution: run.execution, usesMemos: false)
        let found = try makeHere(folder, storage)
        let differences = zip(stored.outputs, found.outputs).filter { $0.digest != $1.digest }.map {
            "\($0.name) is \($1.digest.short), stored was \($0.digest.short)"
        }
        guard !differences.isEmpty else { return nil }
        let text = "computed again, \(task.id) gave other outputs: \(differences.joined(separator: "; "))"
        try run.store.note(differenceIn: key.digest, text)
        return text
    }

    /// Commits how the attempt ended. `whenDurable` may be called on the committing thread.
    func commit(
        _ result: Result<ActionResult, any Error>,
        whenDurable: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void
    ) {
        guard let begun else { return whenDurable(.success(.recorded)) }
        let record = run.record(
            key, begun, of: index, result, startedAt: startedAt, seconds: HostClock.monotonicSeconds() - start, log: log
        )
        do {
            try run.store.commit(record, execution: run.execution, whenDurable: whenDurable)
        } catch {
            whenDurable(.failure(error))
        }
    }

    private var threads: Int { task.resources == .wholeMachine ? run.options.threads : 1 }

    private func makeHere(_ folder: String, _ storage: StoreStorage) throws -> ActionResult {
        let context = TaskContext(
            task: task.id, inputs: key.inputs, folder: folder, threads: threads, storage: storage,
            keyParts: run.options.keyParts, cancellation: run.cancellation, observer: run.observer)
        defer { log = context.collected.withLock { $0.log } }
        try task.stage.run(context)
        let outputs = try takeOutputs(folder)
        return context.collected.withLock { collected in
            ActionResult(
                outputs: outputs, references: Array(collected.references), warnings: collected.warnings.map(run.kept))
        }
    }

    private func makeElsewhere(_ worker: WorkerProcess, _ attempt: Attempt, _ folder: String) throws -> ActionResult {
        let spec = WorkerSpec(
            task: task.id.path, key: key.digest.hex, attempt: attempt.number,
            inputs: key.inputs.map { WorkerSpec.Input(name: $0.name, digest: $0.digest.hex) },
            outputs: task.stage.outputs, threads: threads, store: URL(filePath: run.store.path).path,
            folder: URL(filePath: folder).path, parent: getpid())
        let record = try worker.run(spec, run.options.policy, run.cancellation) { [run, task] report in
            run.observer.taskProgressed(
                task.id, completed: report.completed, total: report.total, unit: report.unit, note: report.note)
        }
        log = record.log
        return try record.result(run.store, kept: run.kept)
    }

    /// Takes the declared outputs over into the store. Throws when one is missing or there are others.
    private func takeOutputs(_ folder: String) throws -> [ActionOutput] {
        try task.checkedOutputs(run.store.contents(ofAttemptFolder: folder)).map { name in
            let (digest, sizeBytes) = try run.store.put(movingFileWithSize: folder + "/" + name)
            return ActionOutput(name: name, digest: digest, sizeBytes: sizeBytes)
        }
    }
}
