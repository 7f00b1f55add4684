import ContentStore
import Host

/// Claims, cores and starts of tasks.
extension Execution {
    /// Claims a task and passes it to the runner, unless another process computes it or its result already exists.
    ///
    /// - Throws: `HostError` if no thread can be started.
    func start(_ index: Int) throws {
        let task = graph.tasks[index]
        do {
            guard try claim(index), var claim = claimed[index] else { return plan.release(index) }
            guard let cores = try takeCores(for: index, in: runner) else {
                releaseClaim(on: index)
                plan.release(index)
                plan.postpone(index)
                return context.observer.taskWaits(task.id, for: .machineBusy)
            }
            let runnable = RunnableTask(
                index: index, task: task, key: claim.key, lastAttempt: claim.lastAttempt, returns: claim.returns)
            (claim.cores, claim.lastAttempt) = (cores, nil)
            claimed[index] = claim
            try runner.start(runnable)
        } catch let error as HostError {
            throw error
        } catch {
            releaseMachine(index)
            finish(index, .failure(error), seconds: 0)
        }
    }

    /// Claims the right to compute a task.
    ///
    /// - Returns: False if another process computes the task or its result was found.
    func claim(_ index: Int) throws -> Bool {
        // Retries keep the claim.
        if claimed[index] != nil { return true }
        let key = resolver.key(of: index)
        let id = graph.tasks[index].id
        guard try store.claim(key.digest) else {
            try store.note(waiting: true, task: id.path, action: key.digest, execution: context.execution)
            context.observer.taskWaits(id, for: .computedElsewhere)
            plan.await(index)
            return false
        }
        claimed[index] = ClaimedTask(key: key)
        // Another process may have finished the task since the last lookup.
        let (known, lastAttempt) = try store.lookUpWithAttempts(key.digest)
        if case .found(let result) = try ActionLookup(of: graph.tasks[index], known, in: store) {
            releaseClaim(on: index)
            succeed(index, result, seconds: nil)
            return false
        }
        claimed[index]?.lastAttempt = lastAttempt
        return true
    }

    func releaseClaim(on index: Int) {
        guard let claim = claimed.removeValue(forKey: index) else { return }
        store.giveUp(claim: claim.key.digest)
    }

    /// Reserves cores for a whole-machine task; `nil` if other processes hold them.
    func takeCores(for index: Int, in runner: any TaskRunner) throws -> [Int64]? {
        guard graph.tasks[index].resources == .wholeMachine, runner.usesLocalCores else { return [] }
        return try store.takeCores(options.threads, of: options.cores)
    }

    /// Releases the share of the machine that a started task holds.
    func releaseMachine(_ index: Int) {
        plan.release(index)
        guard let cores = claimed[index]?.cores, !cores.isEmpty else { return }
        store.giveBack(cores: cores)
        claimed[index]?.cores = []
    }
}
