import ContentStore
import Host

/// Computes tasks on a cluster: submits arrays of elements and collects the records that their workers publish.
///
/// A result never comes from the queue. It is a record in the element's folder, and it counts only if its attempt is
/// still the latest at the action when it commits.
final class ClusterRunner: TaskRunner {
    let context: RunContext
    let options: ClusterOptions
    var queued: [ClusterAttempt] = []
    var elements: [ElementID: PendingElement] = [:]
    /// Submissions with elements still running, keyed by token.
    var submissions: [String: Submission] = [:]
    /// Estimated seconds per task of each stage.
    var durations: [String: Double]
    /// The cluster's capacity at the last submission.
    var capacity: ClusterCapacity?
    var suspects: SuspectNodes
    var capacities: [ElementKind: QueueCapacity] = [:]
    /// The time before which nothing is submitted, because the queue did not answer.
    var closedUntil = 0.0
    private var orphans: OrphanedAttempts?
    var arrayCount = 0
    var lastQuestion = 0.0
    private var nextLook = 0.0
    /// The time of the last submission or end of an element.
    var lastChange = HostClock.monotonicSeconds()
    /// The time of the last sign of progress.
    var lastSign = HostClock.monotonicSeconds()
    /// The time of the last query for obstacles.
    var lastObstacles = 0.0
    /// The time since which the queue has rejected all queries.
    var refusingSince: Double?
    /// The time at which each notice was last given.
    private var notices: [String: Double] = [:]
    /// True if elements that end without a record are not retried.
    var isStopping = false
    private var isCancelled = false
    /// The maximum number of waiting tasks. Bounds their memory.
    private static let queuedLimit = 16_384

    init(_ context: RunContext, _ options: ClusterOptions, durations: [String: Double]) {
        (self.context, self.options, self.durations) = (context, options, durations)
        suspects = SuspectNodes(avoidanceSeconds: options.avoidanceSeconds)
    }

    var usesLocalCores: Bool { false }

    var freeSlots: Int {
        elements.count < options.elementLimit && !isStopping ? Self.queuedLimit - queued.count : 0
    }

    // MARK: Tasks

    func start(_ task: RunnableTask) {
        adoptOrphans()
        guard let place = orphans?.take(task.key.digest, lastAttempt: task.lastAttempt, in: context.store) else {
            do {
                queued.append(ClusterAttempt(task: task, attempt: try context.begin(task)))
            } catch {
                finish(ClusterAttempt(task: task, attempt: nil), .failure(error), seconds: 0)
            }
            return
        }
        // The queue may not know the element: its run may have died before the submission.
        var element = PendingElement(folder: place.folder, expected: [:])
        // Progress on tasks of the other run clears tasks that had not begun.
        element.hasProgressed = (try? place.folder.names())?.contains { $0.hasSuffix(".begun") } == true
        elements[place.element, default: element].expected[place.index] = ClusterAttempt(
            task: task, attempt: place.attempt)
    }

    /// Submits waiting tasks, collects records and queries the queue. While elements are running, new tasks are
    /// gathered until the next poll, so that they share an array.
    func poll() -> Double? {
        if elements.isEmpty, queued.isEmpty { return nil }
        let now = HostClock.monotonicSeconds()
        guard now >= nextLook || elements.isEmpty else { return nextLook }
        if isCancelled { return nil }
        if !isStopping { submitDue() }
        collect()
        queryQueue()
        nextLook = HostClock.monotonicSeconds() + options.pollSeconds
        return nextLook
    }

    /// Reports the end of an attempt.
    func finish(
        _ attempt: ClusterAttempt, _ result: Result<ActionResult, any Error>, seconds: Double, log: String = "",
        kind: TaskEnd.Kind = .finished, peakMiB: Int? = nil
    ) {
        let end = TaskEnd(
            index: attempt.task.index, attempt: attempt.attempt, result: result, kind: kind, seconds: seconds, log: log,
            peakMiB: peakMiB)
        context.events.post([.ended(end)])
    }

    // MARK: Orphans

    private func adoptOrphans() {
        if orphans == nil { orphans = try? OrphanedAttempts(context.store) }
    }

    /// Arrays of dead runs of the same job. Arrays of other jobs belong to those jobs.
    private var ownOrphans: [Submission] {
        orphans?.submissions.filter { $0.subject == context.options.subject } ?? []
    }

    /// Cancels the arrays of dead runs of the same job that this run does not use.
    private func closeOrphans() {
        adoptOrphans()
        let own = ownOrphans
        if !own.isEmpty { try? options.queue.cancel(own.map(\.token), onlyPending: false) }
        for submission in own { try? context.store.close(submission) }
        context.store.giveUp(adopted: orphans?.submissions ?? [])
        orphans = nil
    }

    // MARK: The end

    func stop(isCancelled: Bool) {
        if isCancelled {
            guard !self.isCancelled else { return }
            (isStopping, self.isCancelled) = (true, true)
            return cancelAll()
        }
        guard !isStopping else { return }
        isStopping = true
        cancel(Array(submissions.values) + ownOrphans, onlyPending: true)
        // Arrays of other jobs cannot be cancelled. The run does not wait for them.
        for id in elements.keys where !isOwn(id) { leave(id) }
        leaveQueued()
    }

    /// Collects finished tasks and cancels the others.
    private func cancelAll() {
        collect()
        cancel(Array(submissions.values), onlyPending: false)
        for id in elements.keys { leave(id) }
        leaveQueued()
        closeEmpty()
    }

    func close() {
        cancelAll()
        closeOrphans()
    }

    /// True if the element was submitted for this job.
    private func isOwn(_ id: ElementID) -> Bool {
        submissions[id.token] != nil || ownOrphans.contains { $0.token == id.token }
    }

    /// Stops waiting for an element. Attempts of another job continue.
    private func leave(_ id: ElementID) {
        let isOwn = isOwn(id)
        for var attempt in elements.removeValue(forKey: id)?.expected.values.map({ $0 }) ?? [] {
            if !isOwn { attempt.attempt = nil }
            finish(attempt, .failure(PipelineError.cancelled), seconds: 0)
        }
    }

    private func leaveQueued() {
        for attempt in queued { finish(attempt, .failure(PipelineError.cancelled), seconds: 0) }
        queued = []
    }

    private func cancel(_ all: [Submission], onlyPending: Bool) {
        for submission in all { try? ElementFolder(submission.folder).mark(ElementSpec.cancelledName) }
        let tokens = all.map(\.token).sorted()
        guard !tokens.isEmpty else { return }
        do {
            try options.queue.cancel(tokens, onlyPending: onlyPending)
        } catch {
            notice("Cannot cancel queued elements; they will exit when they start: \(error)")
        }
    }

    /// Reports a notice, but not again before `reminderSeconds` have passed.
    func notice(_ text: String) {
        let now = HostClock.monotonicSeconds()
        if let last = notices[text], now - last < options.reminderSeconds { return }
        notices[text] = now
        context.observer.clusterNoticed(text)
    }
}
