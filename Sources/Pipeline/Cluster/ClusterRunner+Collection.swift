import ContentStore
import Foundation
import Host
import StrictJSON

/// What comes back from a cluster.
extension ClusterRunner {
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
        if names.contains(ElementReport.fileName) { passOn(&element) }
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

    /// Tells the user how far the task at work is.
    private func passOn(_ element: inout PendingElement) {
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
            } else if attempt.task.returns >= Self.returnLimit || isToBlame(attempt, element, failure.kind, counting) {
                finish(attempt, .failure(failure), seconds: 0)
            } else if counting == .noRoom {
                // What has not been taken has not been tried.
                queued.append(attempt)
            } else {
                let delay = if case .none(let seconds) = counting { seconds } else { 0.0 }
                finish(attempt, .failure(failure), seconds: 0, kind: .returned(delaySeconds: delay))
            }
        }
    }

    /// True if an element ended as it did because of its node, and further ones can be kept from it.
    private func isNodeToBlame(_ element: PendingElement, _ end: ElementEnd, _ failure: AttemptFailure) -> Bool {
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
        _ attempt: ClusterAttempt, _ element: PendingElement, _ kind: FailureClass, _ counting: Counting
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
            for kind in capacities.keys { capacities[kind]?.vacated() }
        }
        let open = Set(elements.keys.map(\.token))
        for (token, submission) in submissions where !open.contains(token) {
            guard (try? context.store.close(submission)) != nil else { continue }
            submissions[token] = nil
        }
    }

}

/// What the queue is asked.
extension ClusterRunner {
    /// Asks the queue, now and then, what has become of the elements.
    func askQueue() {
        let now = HostClock.monotonicSeconds()
        guard !elements.isEmpty, now - lastQuestion >= max(options.pollSeconds, min(15, (now - lastChange) / 10)) else {
            return
        }
        lastQuestion = now
        let states: [String: [Int: ElementState]]
        do throws(ClusterQueueError) {
            states = try options.queue.states(of: Set(elements.keys.map(\.token)).sorted())
        } catch {
            return noAnswer(error, now)
        }
        refusingSince = nil
        for id in elements.keys.sorted() {
            elements[id]?.note(states[id.token]?[id.number], now: now)
            guard let element = elements[id], let ended = element.ended(options, now: now) else { continue }
            do {
                try collect(id)
            } catch {
                // What it has left may be there all the same.
                notice("\(error)")
                if now - (element.overSince ?? now) < options.silenceSeconds { continue }
            }
            // What the queue has never owned to may never have been there.
            end(id, ended, counting: element.isAcknowledged ? .begun : .none(delaySeconds: options.refusedSeconds))
        }
        closeEmpty()
        tell(now)
    }

    private func noAnswer(_ error: ClusterQueueError, _ now: Double) {
        notice("\(error)")
        // What was queued may have begun since.
        for (id, element) in elements where element.state == .pending { elements[id]?.state = nil }
        guard case .rejected = error else { return refusingSince = nil }
        let since = refusingSince ?? now
        refusingSince = since
        guard now - max(since, lastSign) > options.silenceSeconds else { return }
        // It would not tell if they had ended long ago.
        for id in elements.keys.sorted() { end(id, ElementEnd(.refused, "\(error)"), counting: .all) }
        closeEmpty()
        refusingSince = nil
    }

    private func tell(_ now: Double) {
        let running = elements.values.count { if case .running = $0.state { true } else { false } }
        context.observer.clusterAdvanced(pending: elements.count - running, running: running)
        let isQuiet = now - lastChange > (running == 0 ? options.forgottenSeconds : options.reminderSeconds)
        guard elements.count > running, isQuiet, now - lastObstacles > options.forgottenSeconds else { return }
        lastObstacles = now
        for obstacle in options.queue.obstacles() { notice(obstacle) }
        let avoided = Set(elements.values.flatMap { $0.state == .pending ? $0.avoided : [] }).sorted()
        if !avoided.isEmpty {
            notice(
                "Some of what waits was submitted while these nodes were left out: \(avoided.joined(separator: ", "))")
        }
    }
}
