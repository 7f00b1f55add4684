import ContentStore
import Synchronization

/// The threads that run stages; started when there is something to run.
final class WorkerCrew: Sendable {
    private let run: ExecutionRun
    private let isMustered = Mutex(false)
    private let working = Monitor(0)

    init(_ run: ExecutionRun) { self.run = run }

    /// Starts the threads, the first time it is called.
    func muster() {
        let isFirst = isMustered.withLock { isMustered in
            defer { isMustered = true }
            return !isMustered
        }
        guard isFirst else { return }
        working.update { $0 = run.options.jobs }
        for index in 0..<run.options.jobs {
            ThreadTeam.start(named: "worker \(index)") { [self] in
                while let task = next() { perform(task) }
                working.update { $0 -= 1 }
            }
        }
    }

    /// Lets the threads end after what they are doing and waits for them.
    func dismiss() {
        run.board.update { $0.isOver = true }
        working.wait { $0 == 0 ? () : nil }
    }

    private func next() -> Int? {
        if let task = run.board.inspect({ $0.isOver ? nil : $0.plan.start() }) { return task }
        // Nothing to do: what is waiting for company in a group commit may be what others wait for.
        run.store.hurry()
        return run.board.wait { board -> Int?? in
            if board.isOver { return .some(nil) }
            return board.plan.start().map { .some($0) }
        }
    }

    private func perform(_ index: Int) {
        let task = run.graph.tasks[index]
        let key = run.key(of: index, run.board.inspect { $0.resolver.inputs(of: index) })
        var isClaimed = false
        do {
            // Another process may compute the same, or may have done so since this run looked.
            isClaimed = try run.store.claim(key.digest)
            guard isClaimed else { return try wait(index, key.digest) }
            if case .found(let result) = try ActionLookup.lookUp([task], keys: [key.digest], in: run.store)[0] {
                run.store.giveUp(claim: key.digest)
                run.board.update { $0.plan.release(index) }
                return report(index, .success(result), 0, wasFound: true)
            }
            guard let cores = try takeCores(for: task) else {
                run.store.giveUp(claim: key.digest)
                run.board.update { board in
                    board.plan.release(index)
                    board.plan.postpone(index)
                }
                return run.observer.taskWaits(task.id, for: .machineBusy)
            }
            compute(index, key, cores)
        } catch {
            if isClaimed { run.store.giveUp(claim: key.digest) }
            run.board.update { $0.plan.release(index) }
            report(index, .failure(error), 0)
        }
    }

    /// Processors for a task with several threads; `nil` when others have them.
    private func takeCores(for task: PipelineTask) throws -> [Int64]? {
        guard task.resources == .wholeMachine else { return [] }
        return try run.store.takeCores(run.options.threads, of: run.options.cores)
    }

    private func wait(_ index: Int, _ action: Digest) throws {
        let id = run.graph.tasks[index].id
        try run.store.note(waiting: true, task: id.path, action: action, execution: run.execution)
        run.observer.taskWaits(id, for: .computedElsewhere)
        run.board.update { board in
            board.plan.release(index)
            board.plan.await(index)
        }
    }

    private func compute(_ index: Int, _ key: ActionKey, _ cores: [Int64]) {
        let task = run.graph.tasks[index]
        let startedAt = HostClock.wallNanoseconds()
        let start = HostClock.monotonicSeconds()
        run.observer.taskStarted(task.id)
        var attempt: Attempt?
        var log = ""
        let result = Result<ActionResult, any Error> {
            let begun = try run.store.beginAttempt(key, execution: run.execution, task: task.id.path)
            attempt = begun
            let folder = try run.store.makeAttemptFolder(execution: run.execution, name: "\(index)-\(begun.number)")
            defer { try? run.store.removeAttemptFolder(folder) }
            let context = TaskContext(
                task: task.id, inputs: key.inputs, folder: folder,
                threads: task.resources == .wholeMachine ? run.options.threads : 1, store: run.store,
                execution: run.execution, keyParts: run.options.keyParts, cancellation: run.cancellation,
                observer: run.observer)
            defer { log = context.collected.withLock { $0.log } }
            try task.stage.run(context)
            return try context.takeOutputs(task.stage.outputs)
        }
        run.store.giveBack(cores: cores)
        run.board.update { $0.plan.release(index) }
        let duration = HostClock.monotonicSeconds() - start
        guard let attempt else {
            run.store.giveUp(claim: key.digest)
            return report(index, result, duration)
        }
        let outcome: JobRecord.Outcome
        switch result {
        case .success(let value): outcome = .succeeded(value)
        case .failure(PipelineError.cancelled): outcome = .cancelled
        case .failure(let error): outcome = .failed("\(error)")
        }
        let record = JobRecord(
            key: key, attempt: attempt, task: task.id.path, outcome: outcome, startedAt: startedAt,
            durationSeconds: duration, log: log)
        do {
            // The claim goes when the result is durable: who gets it then, finds the result.
            try run.store.commit(record, execution: run.execution) { [self] committed in
                run.store.giveUp(claim: key.digest)
                report(index, Self.final(result, committed), duration)
            }
        } catch {
            run.store.giveUp(claim: key.digest)
            report(index, .failure(error), duration)
        }
    }

    /// A result counts only once it is durable and this attempt's.
    private static func final(
        _ result: Result<ActionResult, any Error>, _ committed: Result<CommitOutcome, StoreError>
    ) -> Result<ActionResult, any Error> {
        switch (result, committed) {
        case (.success, .failure(let error)): .failure(error)
        case (.success, .success(.discarded(let reason))): .failure(PipelineError.superseded(reason: reason))
        default: result
        }
    }

    private func report(
        _ task: Int,
        _ result: Result<ActionResult, any Error>, _ duration: Double, wasFound: Bool = false
    ) {
        run.board.update {
            $0.ended.append(
                ExecutionRun.EndedTask(
                    task: task, result: result, durationSeconds: duration, wasFound: wasFound))
        }
    }
}
