import ContentStore
import Host

/// Ends of attempts: retries, commits, failures and what they settle.
extension Execution {
    func handle(_ event: ExecutionEvent) throws {
        switch event {
        case .ended(let end): handle(end)
        case .durable(let index, let computed, let result, let seconds):
            if case .failure = computed { pendingFailures -= 1 }
            releaseClaim(on: index)
            try settle(index, result, seconds: seconds)
        }
    }

    func handle(_ end: TaskEnd) {
        if case .checked(let difference) = end.kind {
            plan.release(end.index)
            store.giveBack(cores: checkCores.removeValue(forKey: end.index) ?? [])
            plan.endCheck()
            return tally.note(end.result.map { _ in difference }, ofChecked: end.index)
        }
        releaseMachine(end.index)
        if case .notBegun = end.kind {
            // A retry keeps its claim, and with it the count of its failures.
            if claimed[end.index]?.failures.isEmpty ?? true { releaseClaim(on: end.index) }
            return plan.putBack(end.index)
        }
        if claimed[end.index]?.startedAt == nil {
            claimed[end.index]?.startedAt = HostClock.monotonicSeconds() - end.seconds
        }
        let id = graph.tasks[end.index].id
        if let peakMiB = end.peakMiB { context.observer.taskMeasured(id, peakMiB: peakMiB) }
        if let wait = waitBeforeAnotherAttempt(end) {
            commit(end) { _ in }
            plan.delay(end.index)
            return delayed.append((end.index, eventsTakenAt + wait))
        }
        let seconds = total(end)
        if case .failure = end.result { pendingFailures += 1 }
        commit(end) { [events = context.events] committed in
            let result = Self.final(end.result, committed)
            events.post([.durable(index: end.index, computed: end.result, result: result, seconds: seconds)])
        }
    }

    /// Seconds from the first attempt to the end. For an attempt on another machine, the seconds it took there.
    func total(_ end: TaskEnd) -> Double {
        guard runner.usesLocalCores, let start = claimed[end.index]?.startedAt else { return end.seconds }
        return HostClock.monotonicSeconds() - start
    }

    /// Decides about a retry. Returns the seconds until the next attempt; `nil` for no retry.
    func waitBeforeAnotherAttempt(_ end: TaskEnd) -> Double? {
        guard case .failure(let error) = end.result, !plan.isStopped else { return nil }
        if case .returned(let delay) = end.kind {
            claimed[end.index]?.returns += 1
            return delay
        }
        guard end.attempt != nil, !(error is StoreError), error as? PipelineError != .cancelled else { return nil }
        claimed[end.index]?.failures.append(.of(error))
        guard let failures = claimed[end.index]?.failures, let delay = options.policy.delay(after: failures) else {
            return nil
        }
        context.observer.taskRetries(
            graph.tasks[end.index].id, after: failures[failures.count - 1], delaySeconds: delay)
        return delay
    }

    /// Records the end of an attempt. May call `whenDurable` on the committing thread.
    func commit(
        _ end: TaskEnd, whenDurable: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void
    ) {
        guard let attempt = end.attempt, let claim = claimed[end.index] else {
            return whenDurable(.success(.recorded))
        }
        let outcome: JobRecord.Outcome =
            switch end.result {
            case .success(let value): .succeeded(value)
            case .failure(PipelineError.cancelled): .cancelled
            case .failure(let error): .failed(context.kept("\(error)"), AttemptFailure.of(error).kind)
            }
        let record = JobRecord(
            key: claim.key, attempt: attempt, task: graph.tasks[end.index].id.path, outcome: outcome,
            startedAt: HostClock.wallNanoseconds() - Int64(max(end.seconds, 0) * 1e9), durationSeconds: end.seconds,
            log: context.kept(end.log))
        do throws(StoreError) {
            try store.commit(record, execution: context.execution, whenDurable: whenDurable)
        } catch {
            whenDurable(.failure(error))
        }
    }

    /// The result that counts: a success counts only if it is durable and was not discarded.
    static func final(
        _ result: Result<ActionResult, any Error>, _ committed: Result<CommitOutcome, StoreError>
    ) -> Result<ActionResult, any Error> {
        switch (result, committed) {
        case (.success, .failure(let error)): .failure(error)
        case (.success, .success(.discarded(let reason))): .failure(PipelineError.superseded(reason: reason))
        default: result
        }
    }

    /// Ends a task whose end needs no record.
    func finish(_ index: Int, _ result: Result<ActionResult, any Error>, seconds: Double) {
        releaseClaim(on: index)
        do {
            try settle(index, result, seconds: seconds)
        } catch {
            fail(index, error, seconds: seconds)
        }
    }

    func settle(_ index: Int, _ result: Result<ActionResult, any Error>, seconds: Double) throws {
        switch result {
        case .success(let result): succeed(index, result, seconds: seconds)
        case .failure(PipelineError.cancelled) where context.cancellation.isSet || plan.isStopped: plan.abandon(index)
        case .failure(PipelineError.superseded(reason: _)) where maySupersede(index):
            // Another attempt at the same action was published first or still runs. Its result serves this run too.
            plan.await(index)
            plan.reconsider(index)
        case .failure(let error):
            if let producer = try resolver.producer(ofBlobLostBy: error, to: index, in: store),
                repairs.insert([producer, index]).inserted,
                plan.repair(producer, for: index)
            {
                return
            }
            fail(index, error, seconds: seconds)
        }
    }

    /// - Parameter seconds: The duration; `nil` if the result was found instead of computed.
    func succeed(_ index: Int, _ result: ActionResult, seconds: Double?) {
        let id = graph.tasks[index].id
        resolver.note(result, of: index)
        if seconds != nil { computed.insert(index) }
        let isCached = !computed.contains(index)
        plan.succeed(index, isCached: isCached)
        tally.note(warnings: result.warnings, of: index)
        if let seconds { tally.note(seconds: seconds, of: graph.tasks[index].stageName) }
        context.observer.taskFinished(id, outcome: isCached ? .cached : .run, durationSeconds: seconds ?? 0)
    }

    func fail(_ index: Int, _ error: any Error, seconds: Double) {
        tally.note(error, of: index)
        let skipped = plan.fail(index)
        context.observer.taskFinished(graph.tasks[index].id, outcome: .failed, durationSeconds: seconds)
        report(skipped: skipped)
    }

    func maySupersede(_ index: Int) -> Bool {
        supersessions[index, default: 0] += 1
        return supersessions[index, default: 0] <= Self.supersessionLimit
    }

    func report(skipped: [Int]) {
        for task in skipped {
            context.observer.taskFinished(graph.tasks[task].id, outcome: .skipped, durationSeconds: 0)
        }
    }
}
