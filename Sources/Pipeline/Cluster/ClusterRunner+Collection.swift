import ContentStore
import Host
import StrictJSON

/// Collecting results from the cluster.
extension ClusterRunner {
    /// Collects all published records.
    func collect() {
        // Elements that cannot be listed now are retried at the next call.
        for id in elements.keys.sorted() { try? collect(id) }
        closeEmpty()
    }

    /// Collects the records of one element. Throws `StoreError`, after collecting all readable records, if the folder
    /// cannot be listed or a record cannot be read.
    func collect(_ id: ElementID) throws {
        // A pending element has written nothing. One in an unknown state may have.
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
                context.observer.taskStarted(attempt.task.task.id)
            }
            guard names.contains(ElementSpec.recordName(index)) else { continue }
            let found = Result { try record(index, of: element, attempt) }
            if case .failure(let error) = found { fault = error }
            guard case .success(let record?) = found else { continue }
            element.expected[index] = nil
            (element.hasProgressed, element.hasRecorded) = (true, true)
            finished.append((attempt, record))
        }
        if names.contains(ElementReport.fileName) { reportProgress(&element) }
        elements[id] = element
        if !finished.isEmpty { (lastChange, lastSign) = (HostClock.monotonicSeconds(), HostClock.monotonicSeconds()) }
        for (attempt, record) in finished { finish(attempt, record) }
        if let fault { throw fault }
    }

    private func record(
        _ index: Int, of element: PendingElement, _ attempt: ClusterAttempt
    ) throws -> WorkerRecord? {
        let bytes = try AtomicFile.read("\(element.folder.path)/\(ElementSpec.recordName(index))")
        guard let record = WorkerRecord(json: bytes), record.key == attempt.task.key.digest.hex,
            record.attempt == attempt.attempt?.number
        else { return nil }
        return record
    }

    /// Reports the progress of the element's current task to the observer.
    private func reportProgress(_ element: inout PendingElement) {
        guard let bytes = try? AtomicFile.read("\(element.folder.path)/\(ElementReport.fileName)"),
            bytes != element.lastReport
        else { return }
        element.lastReport = bytes
        lastSign = HostClock.monotonicSeconds()
        guard let report = try? StrictJSON.decode(ElementReport.self, from: bytes),
            let attempt = element.expected[report.task], let progress = report.progress, progress.isFit
        else { return }
        context.observer.taskProgressed(
            attempt.task.task.id, completed: progress.completed, total: progress.total,
            unit: progress.unit, note: progress.note)
    }

    private func finish(_ attempt: ClusterAttempt, _ record: WorkerRecord) {
        let stage = attempt.task.task.stageName
        durations[stage] = durations[stage].map { 0.8 * $0 + 0.2 * record.seconds } ?? record.seconds
        finish(
            attempt, Result { try record.result(context.store, kept: context.kept) }, seconds: record.seconds,
            log: record.log + "on \(record.host), \(record.processor), \(record.versions)\n", peakMiB: record.peakMiB)
    }

    /// The tasks of an element that count as failed if they left no record.
    enum Counting: Equatable {
        case all, begun
        /// The tasks are resubmitted after the delay.
        case none(delaySeconds: Double)
        /// The queue had no room for the tasks. They are resubmitted later.
        case noRoom
    }

    /// Ends an element. Tasks without a record fail or are retried.
    func end(_ id: ElementID, _ end: ElementEnd, counting: Counting) {
        guard let element = elements.removeValue(forKey: id) else { return }
        lastChange = HostClock.monotonicSeconds()
        let failure = element.failure(end)
        let counting = isNodeToBlame(element, end, failure) ? .none(delaySeconds: 0) : counting
        for (_, attempt) in element.expected.sorted(by: { $0.key < $1.key }) {
            if isStopping {
                finish(attempt, .failure(PipelineError.cancelled), seconds: 0)
            } else if attempt.task.returns >= Self.returnLimit || isToBlame(attempt, element, failure.kind, counting) {
                finish(attempt, .failure(failure), seconds: 0)
            } else if counting == .noRoom {
                // The task was never tried.
                queued.append(attempt)
            } else {
                let delay = if case .none(let seconds) = counting { seconds } else { 0.0 }
                finish(attempt, .failure(failure), seconds: 0, kind: .returned(delaySeconds: delay))
            }
        }
    }

    /// True if the node caused the element's end and can be excluded from further submissions.
    private func isNodeToBlame(_ element: PendingElement, _ end: ElementEnd, _ failure: AttemptFailure) -> Bool {
        guard let node = end.culprit, !element.hasProgressed, !isStopping,
            (try? element.folder.holds(ElementSpec.shortageName)) == false
        else { return false }
        capacity?.nodes.insert(node)
        suspects.suspect(node, now: lastChange)
        guard avoidedNodes().contains(node) else { return false }
        notice(
            "The node \(node) is excluded for \(Int(options.avoidanceSeconds / 60)) min: an element ended there "
                + "before it began a task. \(failure.message)")
        return true
    }

    /// The nodes to exclude from new submissions.
    func avoidedNodes() -> [String] {
        suspects.avoided(of: capacity?.nodes ?? [], now: HostClock.monotonicSeconds())
    }

    private func isToBlame(
        _ attempt: ClusterAttempt, _ element: PendingElement, _ kind: FailureClass, _ counting: Counting
    ) -> Bool {
        switch counting {
        case .all: true
        case .none, .noRoom: false
        // A task that had not begun does not count if another task made progress. Neither does a task that began too
        // late to finish.
        case .begun:
            attempt.hasBegun ? !(kind == .timedOut && element.hasRecorded) : !element.hasProgressed
        }
    }

    /// The number of returns after which a task fails, although its elements end before they begin it.
    private static let returnLimit = 20

    /// Closes arrays that have no expected tasks left.
    func closeEmpty() {
        for (id, element) in elements where element.expected.isEmpty {
            elements[id] = nil
            for kind in capacities.keys { capacities[kind]?.vacated() }
        }
        let open = Set(elements.keys.map(\.token))
        for (token, submission) in submissions where !open.contains(token) {
            guard (try? context.store.close(submission)) != nil else { continue }
            submissions[token] = nil
        }
    }

}

/// Queries to the queue.
extension ClusterRunner {
    /// Queries the states of the elements, at a limited rate.
    func queryQueue() {
        let now = HostClock.monotonicSeconds()
        guard !elements.isEmpty, now - lastQuestion >= max(options.pollSeconds, min(15, (now - lastChange) / 10)) else {
            return
        }
        lastQuestion = now
        let states: [String: [Int: ElementState]]
        do throws(ClusterQueueError) {
            states = try options.queue.states(of: Set(elements.keys.map(\.token)).sorted())
        } catch {
            return queryFailed(error, now)
        }
        refusingSince = nil
        for id in elements.keys.sorted() {
            elements[id]?.note(states[id.token]?[id.number], now: now)
            guard let element = elements[id], let ended = element.ended(options, now: now) else { continue }
            do {
                try collect(id)
            } catch {
                // The element's files may still be there.
                notice("\(error)")
                if now - (element.overSince ?? now) < options.silenceSeconds { continue }
            }
            // An element that the queue never acknowledged may never have existed.
            end(id, ended, counting: element.isAcknowledged ? .begun : .none(delaySeconds: options.refusedSeconds))
        }
        closeEmpty()
        reportWaiting(now)
    }

    private func queryFailed(_ error: ClusterQueueError, _ now: Double) {
        notice("\(error)")
        // Pending elements may have started since.
        for (id, element) in elements where element.state == .pending { elements[id]?.state = nil }
        guard case .rejected = error else { return refusingSince = nil }
        let since = refusingSince ?? now
        refusingSince = since
        guard now - max(since, lastSign) > options.silenceSeconds else { return }
        // The elements may have ended long ago: a queue that rejects all queries never reports it.
        for id in elements.keys.sorted() { end(id, ElementEnd(.refused, "\(error)"), counting: .all) }
        closeEmpty()
        refusingSince = nil
    }

    /// Reports the numbers of pending and running elements and, if nothing changes, the reasons.
    private func reportWaiting(_ now: Double) {
        let running = elements.values.count { if case .running = $0.state { true } else { false } }
        context.observer.clusterAdvanced(pending: elements.count - running, running: running)
        let isQuiet = now - lastChange > (running == 0 ? options.forgottenSeconds : options.reminderSeconds)
        guard elements.count > running, isQuiet, now - lastObstacles > options.forgottenSeconds else { return }
        lastObstacles = now
        for obstacle in options.queue.obstacles() { notice(obstacle) }
        let avoided = Set(elements.values.flatMap { $0.state == .pending ? $0.avoided : [] }).sorted()
        if !avoided.isEmpty {
            notice(
                "Some pending elements were submitted with these nodes excluded: \(avoided.joined(separator: ", "))")
        }
    }
}
