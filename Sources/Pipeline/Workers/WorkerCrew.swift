import ContentStore
import Host
import Synchronization

/// The threads that run stages; started when there is something to run.
final class WorkerCrew: Crew {
    private let run: ExecutionRun
    private let isMustered = Mutex(false)
    private let working = Monitor(0)

    init(_ run: ExecutionRun) { self.run = run }

    /// Starts the threads, the first time it is called: fewer where the system gives no more.
    func muster() throws {
        let isFirst = isMustered.withLock { isMustered in
            defer { isMustered = true }
            return !isMustered
        }
        guard isFirst else { return }
        for index in 0..<run.options.jobs {
            working.update { $0 += 1 }
            do throws(HostError) {
                try ThreadTeam.start(named: "worker \(index)") { [self] in
                    while let work = next() {
                        switch work {
                        case .task(let task): perform(task)
                        case .check(let task): check(task)
                        }
                    }
                    working.update { $0 -= 1 }
                }
            } catch {
                working.update { $0 -= 1 }
                if index == 0 { throw error }
                return
            }
        }
    }

    /// Lets the threads end after what they are doing and waits for them.
    func dismiss() {
        run.board.update { $0.isOver = true }
        working.wait { $0 == 0 ? () : nil }
    }

    private enum Work {
        case task(Int)
        /// Of a stored result.
        case check(Int)
    }

    private static func take(_ board: inout ExecutionRun.Board) -> Work? {
        if let task = board.plan.start() { return .task(task) }
        return board.plan.startCheck().map { .check($0) }
    }

    private func next() -> Work? {
        if let work = run.board.inspect({ $0.isOver ? nil : Self.take(&$0) }) { return work }
        // Nothing to do: what is waiting for company in a group commit may be what others wait for.
        run.store.hurry()
        return run.board.wait { board -> Work?? in
            if board.isOver { return .some(nil) }
            return Self.take(&board).map { .some($0) }
        }
    }

    private func perform(_ index: Int) {
        let task = run.graph.tasks[index]
        let key = run.key(of: index, run.board.inspect { $0.resolver.inputs(of: index) })
        var isClaimed = false
        do {
            guard case .taken(let lastAttempt) = try run.claim(index, key) else { return }
            isClaimed = true
            guard let cores = try takeCores(for: task) else {
                run.store.giveUp(claim: key.digest)
                run.board.update { board in
                    board.plan.release(index)
                    board.plan.postpone(index)
                }
                return run.observer.taskWaits(task.id, for: .machineBusy)
            }
            compute(index, key, cores, lastAttempt: lastAttempt)
        } catch {
            if isClaimed { run.store.giveUp(claim: key.digest) }
            run.board.update { $0.plan.release(index) }
            run.report(index, .failure(error), 0)
        }
    }

    /// Processors for a task with several threads; `nil` when others have them.
    private func takeCores(for task: PipelineTask) throws -> [Int64]? {
        guard task.resources == .wholeMachine else { return [] }
        return try run.store.takeCores(run.options.threads, of: run.options.cores)
    }

    /// Makes attempts until one succeeds, or the policy says that it is enough.
    private func compute(_ index: Int, _ key: ActionKey, _ cores: [Int64], lastAttempt: Int?) {
        let task = run.graph.tasks[index]
        let start = HostClock.monotonicSeconds()
        run.observer.taskStarted(task.id)
        var failures: [AttemptFailure] = []
        while true {
            let attempt = TaskAttempt(run, index, key, lastAttempt: failures.isEmpty ? lastAttempt : nil)
            let result = attempt.make()
            if case .failure(let error) = result, !(error is StoreError), error as? PipelineError != .cancelled {
                failures.append(.of(error))
                if let delay = run.options.policy.delay(after: failures), attempt.begun != nil {
                    attempt.commit(result) { _ in }
                    run.observer.taskRetries(task.id, after: failures[failures.count - 1], delaySeconds: delay)
                    run.store.hurry()
                    run.board.wait(atMostSeconds: delay) { [run] in $0.isOver || run.cancellation.isSet ? () : nil }
                    if !run.cancellation.isSet { continue }
                    // The end of the attempt is on its way to the history already.
                    run.store.giveBack(cores: cores)
                    run.store.giveUp(claim: key.digest)
                    run.board.update { $0.plan.release(index) }
                    return run.report(index, .failure(PipelineError.cancelled), HostClock.monotonicSeconds() - start)
                }
            }
            run.store.giveBack(cores: cores)
            run.board.update { $0.plan.release(index) }
            let duration = HostClock.monotonicSeconds() - start
            // The claim goes when the result is durable: who gets it then, finds the result.
            return attempt.commit(result) { [run] committed in
                run.store.giveUp(claim: key.digest)
                run.report(index, ExecutionRun.final(result, committed), duration)
            }
        }
    }

    /// Computes a task of which the result is stored once more, and compares.
    private func check(_ index: Int) {
        let key = run.key(of: index, run.board.inspect { $0.resolver.inputs(of: index) })
        let cores = (try? takeCores(for: run.graph.tasks[index])) ?? []
        let result = Result { try TaskAttempt(run, index, key).check() }
        run.store.giveBack(cores: cores)
        run.board.update { board in
            board.plan.release(index)
            board.plan.endCheck()
            board.checked.append(ExecutionRun.CheckedTask(task: index, difference: result))
        }
    }
}
