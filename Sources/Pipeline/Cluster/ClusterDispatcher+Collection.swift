import ContentStore
import Foundation
import Host
import StrictJSON

/// What comes back from a cluster.
extension ClusterDispatcher {
    /// Takes in the records that have been published.
    func collect() {
        // What cannot be listed now is looked at again.
        for id in elements.keys.sorted() { try? collect(id) }
        closeEmpty()
    }

    /// Throws `StoreError` where the folder of the element cannot be listed or a record in it cannot be read, after all others
    /// were taken in.
    func collect(_ id: ElementID) throws {
        // What is queued has written nothing. Whoever does not answer may have begun it, though.
        guard var element = elements[id], element.state != .pending else { return }
        let names = Set(try element.folder.names())
        var finished: [(ClusterAttempt, WorkerRecord)] = []
        var fault: (any Error)?
        for (index, attempt) in element.expected.sorted(by: { $0.key < $1.key }) {
            if !attempt.hasBegun, names.contains(ElementSpec.beginningName(index)) {
                element.expected[index]?.hasBegun = true
                element.hasProgressed = true
                lastSign = HostClock.monotonicSeconds()
                if case .running(let node) = element.state { suspects.clear(node) }
                run.observer.taskStarted(run.graph.tasks[attempt.task].id)
            }
            guard names.contains(ElementSpec.recordName(index)) else { continue }
            let found = Result { try record(index, of: element, attempt) }
            if case .failure(let error) = found { fault = error }
            guard case .success(let record?) = found else { continue }
            element.expected[index] = nil
            (element.hasProgressed, element.hasRecorded) = (true, true)
            finished.append((attempt, record))
        }
        if names.contains(ElementReport.fileName) { passOn(&element) }
        elements[id] = element
        if !finished.isEmpty { (lastChange, lastSign) = (HostClock.monotonicSeconds(), HostClock.monotonicSeconds()) }
        for (attempt, record) in finished { finish(attempt, record) }
        if let fault { throw fault }
    }

    private func record(
        _ index: Int, of element: FlyingElement, _ attempt: ClusterAttempt
    ) throws -> WorkerRecord? {
        let bytes = try AtomicFile.read("\(element.folder.path)/\(ElementSpec.recordName(index))")
        guard let record = WorkerRecord(json: bytes), record.key == attempt.key.digest.hex,
            record.attempt == attempt.attempt?.number
        else { return nil }
        return record
    }

    /// Tells the user how far the task at work is.
    private func passOn(_ element: inout FlyingElement) {
        guard let bytes = try? AtomicFile.read("\(element.folder.path)/\(ElementReport.fileName)"),
            bytes != element.lastReport
        else { return }
        element.lastReport = bytes
        lastSign = HostClock.monotonicSeconds()
        guard let report = try? StrictJSON.decode(ElementReport.self, from: bytes),
            let attempt = element.expected[report.task], let progress = report.progress, progress.isFit
        else { return }
        run.observer.taskProgressed(
            run.graph.tasks[attempt.task].id, completed: progress.completed, total: progress.total,
            unit: progress.unit, note: progress.note)
    }

    private func finish(_ attempt: ClusterAttempt, _ record: WorkerRecord) {
        let stage = run.graph.tasks[attempt.task].stageName
        durations[stage] = durations[stage].map { 0.8 * $0 + 0.2 * record.seconds } ?? record.seconds
        let log = record.log + "on \(record.host), \(record.processor), \(record.versions)\n"
        let result = Result { try record.result(run.store, kept: run.kept) }
        finish(attempt, result, seconds: record.seconds, log: log)
    }

    /// The end of an attempt: another one follows, or the task is over.
    func finish(
        _ attempt: ClusterAttempt, _ result: Result<ActionResult, any Error>, seconds: Double, log: String = ""
    ) {
        if case .failure(let error) = result, !isStopping, !(error is StoreError), error as? PipelineError != .cancelled
        {
            var next = attempt
            next.failures.append(.of(error))
            if let delay = run.options.policy.delay(after: next.failures) {
                run.observer.taskRetries(
                    run.graph.tasks[attempt.task].id, after: next.failures[next.failures.count - 1],
                    delaySeconds: delay)
                next.notBefore = HostClock.monotonicSeconds() + delay
                return again(next, after: result, seconds, log)
            }
        }
        run.board.update { $0.plan.release(attempt.task) }
        let (task, action) = (attempt.task, attempt.key.digest)
        commit(attempt, result, seconds, log) { [run] committed in
            run.store.giveUp(claim: action)
            run.report(task, ExecutionRun.final(result, committed), seconds)
        }
    }

    /// Ends an attempt and queues another one at the same task.
    private func again(
        _ attempt: ClusterAttempt, after result: Result<ActionResult, any Error>, _ seconds: Double, _ log: String
    ) {
        commit(attempt, result, seconds, log) { _ in }
        var next = attempt
        (next.attempt, next.hasBegun) = (nil, false)
        queued.append(next)
    }

    private func commit(
        _ attempt: ClusterAttempt, _ result: Result<ActionResult, any Error>, _ seconds: Double, _ log: String,
        whenDurable: @escaping @Sendable (Result<CommitOutcome, StoreError>) -> Void
    ) {
        guard let number = attempt.attempt else { return whenDurable(.success(.recorded)) }
        let record = run.record(
            attempt.key, number, of: attempt.task, result,
            startedAt: HostClock.wallNanoseconds() - Int64(max(seconds, 0) * 1e9), seconds: seconds, log: log)
        do throws(StoreError) {
            try run.store.commit(record, execution: run.execution, whenDurable: whenDurable)
        } catch {
            whenDurable(.failure(error))
        }
    }

    /// Which tasks of an element that left no record count as failed.
    enum Counting: Equatable {
        case all, begun
        /// They are submitted again after a while.
        case none(delaySeconds: Double)
        /// They have not been taken, and are submitted again when there is room.
        case noRoom
    }

    /// An element is over, and some of its tasks have left no record.
    func end(_ id: ElementID, _ end: ElementEnd, counting: Counting) {
        guard let element = elements.removeValue(forKey: id) else { return }
        lastChange = HostClock.monotonicSeconds()
        let failure = element.failure(end)
        let counting = isNodeToBlame(element, end, failure) ? .none(delaySeconds: 0) : counting
        for (_, attempt) in element.expected.sorted(by: { $0.key < $1.key }) {
            if isStopping {
                finish(attempt, .failure(PipelineError.cancelled), seconds: 0)
            } else if attempt.returns >= Self.returnLimit || isToBlame(attempt, element, failure.kind, counting) {
                finish(attempt, .failure(failure), seconds: 0)
            } else if counting == .noRoom {
                // What has not been taken has not been tried.
                queued.append(attempt)
            } else {
                var returned = attempt
                returned.returns += 1
                if case .none(let delay) = counting { returned.notBefore = lastChange + delay }
                again(returned, after: .failure(failure), 0, "")
            }
        }
    }

    /// True if an element ended as it did because of its node, and further ones can be kept from it.
    private func isNodeToBlame(_ element: FlyingElement, _ end: ElementEnd, _ failure: AttemptFailure) -> Bool {
        guard let node = end.culprit, !element.hasProgressed, !isStopping,
            (try? element.folder.holds(ElementSpec.shortageName)) == false
        else { return false }
        capacity?.nodes.insert(node)
        suspects.suspect(node, now: lastChange)
        guard avoidedNodes().contains(node) else { return false }
        notice(
            "The node \(node) is left out for \(Int(options.avoidanceSeconds / 60)) min: an element ended there before it had "
                + "begun a task. \(failure.message)")
        return true
    }

    /// Where nothing is to be submitted to.
    func avoidedNodes() -> [String] {
        suspects.avoided(of: capacity?.nodes ?? [], now: HostClock.monotonicSeconds())
    }

    private func isToBlame(
        _ attempt: ClusterAttempt, _ element: FlyingElement, _ kind: FailureClass, _ counting: Counting
    ) -> Bool {
        switch counting {
        case .all: true
        case .none, .noRoom: false
        // Those whose turn had not come are not to blame, unless nobody's had; nor is one that came too late to end in time.
        case .begun:
            attempt.hasBegun ? !(kind == .timedOut && element.hasRecorded) : !element.hasProgressed
        }
    }

    /// Elements that end before a task's turn, again and again, have something to do with it after all.
    private static let returnLimit = 20

    /// Closes arrays of which nothing is expected any more.
    func closeEmpty() {
        for (id, element) in elements where element.expected.isEmpty {
            elements[id] = nil
            for kind in rooms.keys { rooms[kind]?.vacated() }
        }
        let open = Set(elements.keys.map(\.token))
        for (token, submission) in submissions where !open.contains(token) {
            guard (try? run.store.close(submission)) != nil else { continue }
            submissions[token] = nil
        }
    }

}
