import ContentStore
import Foundation
import Host

/// Hands tasks to a cluster and takes back what they made. Used by one thread.
///
/// Nothing that the cluster says makes a result: a result is what a worker has published in the folder of its element, and counts
/// through the commit of its attempt, if that is still the last one at the action.
final class ClusterDispatcher {
    let run: ExecutionRun
    let options: ClusterOptions
    var queued: [ClusterAttempt] = []
    var elements: [ElementID: FlyingElement] = [:]
    /// That have elements out, by token.
    var submissions: [String: Submission] = [:]
    /// Seconds that a task of each stage takes.
    var durations: [String: Double]
    /// As it was when something was last submitted.
    var capacity: ClusterCapacity?
    var suspects: SuspectNodes
    var rooms: [ElementKind: QueueRoom] = [:]
    /// Nothing is submitted before: the queue has not answered.
    var closedUntil = 0.0
    private var orphans: OrphanedAttempts?
    var arrayCount = 0
    var jobFile: String?
    var lastQuestion = 0.0
    /// When something was last submitted or ended; and when an element was last heard of.
    var lastChange = HostClock.monotonicSeconds()
    var lastSign = HostClock.monotonicSeconds()
    /// When it was last asked why nothing moves.
    var lastObstacles = 0.0
    /// Since when the queue refuses to say what has become of the elements.
    var refusingSince: Double?
    /// When something was last said.
    private var notices: [String: Double] = [:]
    /// True if what ends without a record is given up.
    var isStopping = false
    /// How many tasks are looked at together: bounds the memory that they take.
    private static let queuedLimit = 16_384

    init(_ run: ExecutionRun, _ options: ClusterOptions) {
        (self.run, self.options, durations) = (run, options, run.durations)
        suspects = SuspectNodes(avoidanceSeconds: options.avoidanceSeconds)
    }

    var isIdle: Bool { elements.isEmpty && queued.isEmpty }

    // MARK: Ready tasks

    /// Takes tasks that may start, as long as there is room.
    func takeReady() {
        while elements.count < options.elementLimit, queued.count < Self.queuedLimit,
            let index = run.board.update({ $0.plan.start() })
        {
            let key = run.key(of: index, run.board.inspect { $0.resolver.inputs(of: index) })
            do {
                guard case .taken(let lastAttempt) = try run.claim(index, key) else { continue }
                take(ClusterAttempt(task: index, key: key, lastAttempt: lastAttempt))
            } catch {
                run.board.update { $0.plan.release(index) }
                run.report(index, .failure(error), 0)
            }
        }
    }

    /// Queues an attempt, unless one that an execution before has begun is under way or done.
    private func take(_ attempt: ClusterAttempt) {
        adoptOrphans()
        guard
            let place = orphans?.take(attempt.key.digest, lastAttempt: attempt.lastAttempt, in: run.store)
        else { return queued.append(attempt) }
        var adopted = attempt
        adopted.attempt = place.attempt
        // Whether the queue has it is not known: its run may have died before it submitted it.
        var element = FlyingElement(folder: place.folder, expected: [:])
        // What it has done for others counts, too, for whether those are to blame whose turn has not come.
        element.hasProgressed = (try? place.folder.names())?.contains { $0.hasSuffix(".begun") } == true
        elements[place.element, default: element].expected[place.index] = adopted
    }

    private func adoptOrphans() {
        if orphans == nil { orphans = try? OrphanedAttempts(run.store) }
    }

    /// Arrays of runs of the same job that have died. Those of other jobs are theirs.
    private var ownOrphans: [Submission] {
        orphans?.submissions.filter { $0.subject == run.options.subject } ?? []
    }

    /// At the end of the run.
    func closeOrphans() {
        adoptOrphans()
        let own = ownOrphans
        if !own.isEmpty { try? options.queue.cancel(own.map(\.token), onlyPending: false) }
        for submission in own { try? run.store.close(submission) }
        run.store.giveUp(adopted: orphans?.submissions ?? [])
        orphans = nil
    }

    // MARK: The end

    /// No further task begins: those at work end, and everything else is cancelled.
    func beginToStop() {
        guard !isStopping else { return }
        isStopping = true
        cancel(Array(submissions.values) + ownOrphans, onlyPending: true)
        // What other jobs have set going cannot be cancelled, and is not waited for.
        for id in elements.keys where !isOwn(id) { leave(id) }
        leaveQueued()
    }

    /// True if an element is of this job, and not of another one.
    private func isOwn(_ id: ElementID) -> Bool {
        submissions[id.token] != nil || ownOrphans.contains { $0.token == id.token }
    }

    /// Gives up waiting for an element. The attempts of another job go on.
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
            notice("\(error) What is still queued will end as soon as it begins.")
        }
    }

    /// Ends everything: what is done is taken in, the rest is cancelled.
    func stop() {
        collect()
        cancel(Array(submissions.values), onlyPending: false)
        for id in elements.keys { leave(id) }
        leaveQueued()
        closeEmpty()
        closeOrphans()
    }

    /// Tells something, and again only after a while.
    func notice(_ text: String) {
        let now = HostClock.monotonicSeconds()
        if let last = notices[text], now - last < options.reminderSeconds { return }
        notices[text] = now
        run.observer.clusterNoticed(text)
    }
}
