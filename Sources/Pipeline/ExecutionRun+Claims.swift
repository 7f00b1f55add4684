import ContentStore

/// What whoever has tasks computed asks of the run: whether a task is theirs, and that its end be noted.
extension ExecutionRun {
    enum Claim {
        /// To be computed; with the number of the last attempt on record, if there is one.
        case taken(lastAttempt: Int?)
        /// Another process computes it, or has: the run knows.
        case settled
    }

    /// Takes the right to compute a task that was started. Where that is to be had, whoever gets it gives it up in the end.
    func claim(_ index: Int, _ key: ActionKey) throws -> Claim {
        // Another process may compute the same, or may have done so since this run looked.
        guard try store.claim(key.digest) else {
            let id = graph.tasks[index].id
            try store.note(waiting: true, task: id.path, action: key.digest, execution: execution)
            observer.taskWaits(id, for: .computedElsewhere)
            board.update { board in
                board.plan.release(index)
                board.plan.await(index)
            }
            return .settled
        }
        do {
            let (known, lastAttempt) = try store.lookUpWithAttempts(key.digest)
            guard case .found(let result) = try ActionLookup(of: graph.tasks[index], known, in: store) else {
                return .taken(lastAttempt: lastAttempt)
            }
            store.giveUp(claim: key.digest)
            board.update { $0.plan.release(index) }
            report(index, .success(result), 0, wasFound: true)
            return .settled
        } catch {
            store.giveUp(claim: key.digest)
            throw error
        }
    }

    func report(_ task: Int, _ result: Result<ActionResult, any Error>, _ duration: Double, wasFound: Bool = false) {
        board.update {
            $0.ended.append(EndedTask(task: task, result: result, durationSeconds: duration, wasFound: wasFound))
        }
    }

    /// What is written down about the end of an attempt.
    func record(
        _ key: ActionKey, _ attempt: Attempt, of index: Int, _ result: Result<ActionResult, any Error>,
        startedAt: Int64,
        seconds: Double, log: String
    ) -> JobRecord {
        let outcome: JobRecord.Outcome =
            switch result {
            case .success(let value): .succeeded(value)
            case .failure(PipelineError.cancelled): .cancelled
            case .failure(let error): .failed(kept("\(error)"), AttemptFailure.of(error).kind)
            }
        return JobRecord(
            key: key, attempt: attempt, task: graph.tasks[index].id.path, outcome: outcome, startedAt: startedAt,
            durationSeconds: seconds, log: kept(log))
    }

    /// A text as the store keeps it.
    func kept(_ text: String) -> String { options.redaction?.text(text) ?? text }

    /// A result counts only once it is durable and this attempt's.
    static func final(
        _ result: Result<ActionResult, any Error>, _ committed: Result<CommitOutcome, StoreError>
    ) -> Result<ActionResult, any Error> {
        switch (result, committed) {
        case (.success, .failure(let error)): .failure(error)
        case (.success, .success(.discarded(let reason))): .failure(PipelineError.superseded(reason: reason))
        default: result
        }
    }
}

/// Those who have the tasks of a run computed.
protocol Crew: Sendable {
    /// There is something to do; called often. Throws where not a single thread can be started.
    func muster() throws

    /// There is nothing to do any more. Returns when nothing is being done.
    func dismiss()
}
