import ContentStore
import Host

/// One run of a graph: looks up tasks, starts those that are ready, and records their ends.
///
/// A single thread owns all state: the plan, claims, retries and commits. Runners compute. The store's committing
/// thread makes results durable. Both report through the event queue.
final class Execution {
    /// A task that this run has claimed. The claim lasts until the end of the task is durable.
    struct ClaimedTask {
        let key: ActionKey
        var cores: [Int64] = []
        /// The number of the last recorded attempt; `nil` once this run has begun one.
        var lastAttempt: Int?
        /// The failed attempts in this run.
        var failures: [AttemptFailure] = []
        var returns = 0
        /// The start of the first attempt that has ended, in monotonic seconds.
        var startedAt: Double?
    }

    /// The number of tasks per lookup. Bounds the memory for results.
    private static let lookupLimit = 16_384
    /// Seconds between checks of the tasks that other processes compute.
    private static let othersSeconds = 0.1
    /// Seconds between updates of the counts in the store.
    private static let countsSeconds = 0.5
    /// The number of times a discarded result is looked up again before the task fails.
    static let supersessionLimit = 8

    let graph: TaskGraph
    let context: RunContext
    let runner: any TaskRunner
    /// Recomputes stored results on threads.
    lazy var checker = (runner as? ThreadRunner) ?? ThreadRunner(context)
    /// Measured seconds per task of each stage, from earlier runs.
    private let durations: [String: Double]
    var plan: ExecutionPlan
    var resolver: ActionResolver
    var claimed: [Int: ClaimedTask] = [:]
    /// Tasks waiting for a retry, each with its monotonic deadline in seconds.
    var delayed: [(task: Int, until: Double)] = []
    /// Final failures that are not durable yet. Without `keepGoing`, no task starts while there are any.
    var pendingFailures = 0
    var tally = ExecutionTally()
    /// The cores held by the recomputation of each stored result.
    var checkCores: [Int: [Int64]] = [:]
    var supersessions: [Int: Int] = [:]
    /// The tasks that this run has computed. One of them may be looked up again, if several tasks report its blob as
    /// lost.
    var computed = Set<Int>()
    var repairs: Set<[Int]> = []
    /// The time at which the last events were taken. Tasks that come back together are retried together, in one array
    /// of a cluster.
    var eventsTakenAt = 0.0
    private var lastLookAtOthers = 0.0
    private var lastCounts = HostClock.monotonicSeconds()

    var store: ContentStore { context.store }
    var options: ExecutorOptions { context.options }

    init(
        _ graph: TaskGraph, _ store: ContentStore, _ options: ExecutorOptions, _ observer: any ExecutionObserver,
        _ cancellation: CancellationFlag, _ events: EventQueue
    ) throws {
        let execution = try store.beginExecution(
            command: options.command, versions: options.versions, subject: options.subject, origin: options.origin)
        context = RunContext(
            store: store, execution: execution, options: options, observer: observer, cancellation: cancellation,
            folders: AttemptFolders(store: store, execution: execution), events: events)
        durations = try store.measuredDurations()
        self.graph = graph
        runner =
            if let cluster = options.cluster {
                ClusterRunner(context, cluster, durations: durations)
            } else if let worker = options.worker {
                ProcessRunner(context, worker)
            } else {
                ThreadRunner(context)
            }
        plan = ExecutionPlan(
            graph: graph, durations: durations, keepsGoing: options.keepGoing,
            wholeMachineLimit: options.wholeMachineLimit, memory: options.localMemory, threads: options.threads)
        resolver = ActionResolver(graph: graph, keyParts: options.keyParts)
    }

    // MARK: The loop

    func run() throws -> ExecutionSummary {
        context.observer.runStarted(total: graph.count)
        do {
            try loop()
        } catch {
            runner.stop(isCancelled: true)
            close()
            for case .ended(let end) in context.events.take(before: 0) { commit(end) { _ in } }
            for claim in claimed.values { store.giveUp(claim: claim.key.digest) }
            throw error
        }
        close()
        return try conclude()
    }

    private func loop() throws {
        while true {
            if context.cancellation.isSet { plan.stop() }
            try lookUpDetermined()
            retryDue()
            if plan.isStopped { stop() } else { try startReady() }
            // A result that was found instead of computed has made inputs known, and no event will say so.
            if plan.hasDetermined { continue }
            let poll = runner.poll()
            if plan.isOver { return }
            // An idle runner: flush the group commit early, because waiting results may unblock other tasks.
            if runner.freeSlots > 0 { store.hurry() }
            let events = context.events.take(before: deadline(poll))
            eventsTakenAt = HostClock.monotonicSeconds()
            for event in events { try handle(event) }
            try lookAtOthers()
            try noteCounts()
        }
    }

    private func deadline(_ poll: Double?) -> Double? {
        var times = delayed.map(\.until)
        if let poll { times.append(poll) }
        if plan.waitsForOthers { times.append(lastLookAtOthers + Self.othersSeconds) }
        return times.min()
    }

    /// Looks up the tasks whose inputs are now known.
    private func lookUpDetermined() throws {
        while true {
            let tasks = plan.takeDetermined(limit: Self.lookupLimit)
            if tasks.isEmpty { return }
            let keys = tasks.map { resolver.keyDigest(of: $0) }
            let lookups = try ActionLookup.lookUp(
                tasks.map { graph.tasks[$0] }, keys: keys, in: store, threads: options.cores)
            for ((task, key), lookup) in zip(zip(tasks, keys), lookups) {
                resolver.note(key: key, of: task)
                // A task under repair must run: its blob is lost.
                guard let result = plan.isUnderRepair(task) ? lookup.found : lookup.settled(task, in: graph) else {
                    plan.resolve(task, isCached: false)
                    continue
                }
                resolver.note(result, of: task)
                plan.resolve(task, isCached: true)
                tally.note(warnings: result.warnings, of: task)
                if lookup.found != nil, isSampled(key) { plan.addCheck(task) }
                context.observer.taskFinished(graph.tasks[task].id, outcome: .cached, durationSeconds: 0)
            }
        }
    }

    /// True if the action belongs to the sample of results to recompute. The sample is the same in every run.
    private func isSampled(_ key: Digest) -> Bool {
        guard options.checkedShare > 0 else { return false }
        return Double(key.words.3 >> 11) / Double(1 << 53) < options.checkedShare
    }

    private func startReady() throws {
        guard pendingFailures == 0 || options.keepGoing else { return }
        while runner.freeSlots > 0, let task = plan.start() { try start(task) }
        while runner.slotsAhead > 0, let task = plan.start(onlyLight: true) { try start(task) }
        while plan.hasReady, checker.freeSlots > 0, let task = plan.startCheck() {
            checkCores[task] = (try? takeCores(for: task, in: checker)) ?? []
            try checker.start(
                RunnableTask(index: task, task: graph.tasks[task], key: resolver.key(of: task), isCheck: true))
        }
    }

    // MARK: Waiting

    private func retryDue() {
        guard !delayed.isEmpty else { return }
        let now = HostClock.monotonicSeconds()
        for wait in delayed where wait.until <= now { plan.retry(wait.task) }
        delayed.removeAll { $0.until <= now }
    }

    /// Reconsiders tasks that wait for other processes. Polls, because processes do not notify each other.
    private func lookAtOthers() throws {
        let now = HostClock.monotonicSeconds()
        guard plan.waitsForOthers, now - lastLookAtOthers >= Self.othersSeconds else { return }
        lastLookAtOthers = now
        for task in plan.awaited.sorted() {
            guard let key = resolver.knownKey(of: task), try !store.isClaimed(key) else { continue }
            try store.note(
                waiting: false, task: graph.tasks[task].id.path, action: key, execution: context.execution)
            plan.reconsider(task)
        }
        plan.machineMayBeFree()
    }

    /// Updates the progress counts in the store, for other programs.
    private func noteCounts() throws {
        let now = HostClock.monotonicSeconds()
        guard now - lastCounts >= Self.countsSeconds else { return }
        lastCounts = now
        var counts = plan.counts
        let measured = durations.merging(tally.meanSeconds) { $1 }
        counts.remainingSeconds =
            WorkEstimate(
                graph, durations: measured, jobs: options.concurrency, wholeMachineLimit: options.wholeMachineLimit
            ) { plan.isOpen($0) }.seconds
        try store.note(counts, execution: context.execution)
        context.observer.runAdvanced(counts)
    }

    // MARK: The end

    /// Ends the tasks that wait for a retry and stops the runner. Running tasks finish.
    private func stop() {
        for wait in delayed {
            if context.cancellation.isSet {
                releaseClaim(on: wait.task)
                plan.abandon(wait.task)
            } else {
                let failure = claimed[wait.task]?.failures.last
                finish(wait.task, .failure(failure ?? PipelineError.cancelled), seconds: 0)
            }
        }
        delayed = []
        runner.stop(isCancelled: context.cancellation.isSet)
    }

    private func close() {
        runner.close()
        if checker !== runner { checker.close() }
    }

    private func conclude() throws -> ExecutionSummary {
        for index in claimed.keys.sorted() { releaseClaim(on: index) }
        report(skipped: plan.skipRemaining())
        let summary = tally.summary(
            of: context.execution, plan.counts,
            isCancelled: context.cancellation.isSet && (plan.count(.skipped) > 0 || options.checkedShare > 0), resolver)
        // An error must not leave the run without an end.
        let requirement = Result { try !summary.isSuccess || options.isSatisfied?(summary) ?? true }
        let outcome: ExecutionOutcome =
            if summary.isCancelled {
                .cancelled
            } else if !summary.isSuccess {
                .failed
            } else {
                switch requirement {
                case .success(let isMet): isMet ? .succeeded : .requirementMissed
                case .failure: .failed
                }
            }
        do {
            try store.endExecution(
                context.execution, outcome: outcome, counts: summary.counts, keys: resolver.taskKeys)
        } catch {
            // The cause, such as a full disk, has failed tasks as well, and the summary says more than this error.
            guard summary.failed > 0 else { throw error }
        }
        try? store.removeAttemptFolder("\(store.path)/attempts/\(context.execution)")
        if case .failure = requirement { context.observer.runFinished(summary) }
        _ = try requirement.get()
        return summary
    }
}
