import ContentStore
import Host

/// One run of a graph: looks up tasks, starts those that are ready, and records their ends.
///
/// A single thread owns all state: the plan, claims, retries and commits. Runners compute. The store's committing
/// thread makes results durable. Both report through the event queue.
final class Execution {
    /// A task that this run has claimed. The claim lasts until the end of the task is durable.
    private struct ClaimedTask {
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
    private static let supersessionLimit = 8

    private let graph: TaskGraph
    private let context: RunContext
    private let runner: any TaskRunner
    /// Recomputes stored results on threads.
    private lazy var checker = (runner as? ThreadRunner) ?? ThreadRunner(context)
    /// Measured seconds per task of each stage, from earlier runs.
    private let durations: [String: Double]
    private var plan: ExecutionPlan
    private var resolver: ActionResolver
    private var claimed: [Int: ClaimedTask] = [:]
    /// Tasks waiting for a retry, each with its monotonic deadline in seconds.
    private var delayed: [(task: Int, until: Double)] = []
    /// Final failures that are not durable yet. Without `keepGoing`, no task starts while there are any.
    private var pendingFailures = 0
    private var tally = ExecutionTally()
    /// The cores held by the recomputation of each stored result.
    private var checkCores: [Int: [Int64]] = [:]
    private var supersessions: [Int: Int] = [:]
    /// The tasks that this run has computed. One of them may be looked up again, if several tasks report its blob as lost.
    private var computed = Set<Int>()
    private var repairs: Set<[Int]> = []
    /// The time at which the last events were taken. Tasks that come back together are retried together, in one array of a cluster.
    private var bookedAt = 0.0
    private var lastLookAtOthers = 0.0
    private var lastCounts = HostClock.monotonicSeconds()

    private var store: ContentStore { context.store }
    private var options: ExecutorOptions { context.options }

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
            bookedAt = HostClock.monotonicSeconds()
            for event in events { try book(event) }
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

    // MARK: Starting a task

    /// Claims a task and passes it to the runner, unless another process computes it or its result already exists.
    ///
    /// - Throws: `HostError` if no thread can be started.
    private func start(_ index: Int) throws {
        let task = graph.tasks[index]
        do {
            guard try claim(index), var claim = claimed[index] else { return plan.release(index) }
            guard let cores = try takeCores(for: index, in: runner) else {
                give(upClaimOn: index)
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
    private func claim(_ index: Int) throws -> Bool {
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
            give(upClaimOn: index)
            succeed(index, result, seconds: nil)
            return false
        }
        claimed[index]?.lastAttempt = lastAttempt
        return true
    }

    private func give(upClaimOn index: Int) {
        guard let claim = claimed.removeValue(forKey: index) else { return }
        store.giveUp(claim: claim.key.digest)
    }

    /// Reserves cores for a whole-machine task; `nil` if other processes hold them.
    private func takeCores(for index: Int, in runner: any TaskRunner) throws -> [Int64]? {
        guard graph.tasks[index].resources == .wholeMachine, runner.usesLocalCores else { return [] }
        return try store.takeCores(options.threads, of: options.cores)
    }

    /// Releases the share of the machine that a started task holds.
    private func releaseMachine(_ index: Int) {
        plan.release(index)
        guard let cores = claimed[index]?.cores, !cores.isEmpty else { return }
        store.giveBack(cores: cores)
        claimed[index]?.cores = []
    }

    // MARK: Recording an end

    private func book(_ event: ExecutionEvent) throws {
        switch event {
        case .ended(let end): book(end)
        case .durable(let index, let computed, let result, let seconds):
            if case .failure = computed { pendingFailures -= 1 }
            give(upClaimOn: index)
            try settle(index, result, seconds: seconds)
        }
    }

    private func book(_ end: TaskEnd) {
        if case .checked(let difference) = end.kind {
            plan.release(end.index)
            store.giveBack(cores: checkCores.removeValue(forKey: end.index) ?? [])
            plan.endCheck()
            return tally.note(end.result.map { _ in difference }, ofChecked: end.index)
        }
        releaseMachine(end.index)
        if case .notBegun = end.kind {
            // A retry keeps its claim, and with it the count of its failures.
            if claimed[end.index]?.failures.isEmpty ?? true { give(upClaimOn: end.index) }
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
            return delayed.append((end.index, bookedAt + wait))
        }
        let seconds = total(end)
        if case .failure = end.result { pendingFailures += 1 }
        commit(end) { [events = context.events] committed in
            let result = Self.final(end.result, committed)
            events.post([.durable(index: end.index, computed: end.result, result: result, seconds: seconds)])
        }
    }

    /// Seconds from the first attempt to the end. For an attempt on another machine, the seconds it took there.
    private func total(_ end: TaskEnd) -> Double {
        guard runner.usesLocalCores, let start = claimed[end.index]?.startedAt else { return end.seconds }
        return HostClock.monotonicSeconds() - start
    }

    /// Decides about a retry. Returns the seconds until the next attempt; `nil` for no retry.
    private func waitBeforeAnotherAttempt(_ end: TaskEnd) -> Double? {
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
    private func commit(
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
    private static func final(
        _ result: Result<ActionResult, any Error>, _ committed: Result<CommitOutcome, StoreError>
    ) -> Result<ActionResult, any Error> {
        switch (result, committed) {
        case (.success, .failure(let error)): .failure(error)
        case (.success, .success(.discarded(let reason))): .failure(PipelineError.superseded(reason: reason))
        default: result
        }
    }

    /// Ends a task whose end needs no record.
    private func finish(_ index: Int, _ result: Result<ActionResult, any Error>, seconds: Double) {
        give(upClaimOn: index)
        do {
            try settle(index, result, seconds: seconds)
        } catch {
            fail(index, error, seconds: seconds)
        }
    }

    private func settle(_ index: Int, _ result: Result<ActionResult, any Error>, seconds: Double) throws {
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
    private func succeed(_ index: Int, _ result: ActionResult, seconds: Double?) {
        let id = graph.tasks[index].id
        resolver.note(result, of: index)
        if seconds != nil { computed.insert(index) }
        let isCached = !computed.contains(index)
        plan.succeed(index, isCached: isCached)
        tally.note(warnings: result.warnings, of: index)
        if let seconds { tally.note(seconds: seconds, of: graph.tasks[index].stageName) }
        context.observer.taskFinished(id, outcome: isCached ? .cached : .run, durationSeconds: seconds ?? 0)
    }

    private func fail(_ index: Int, _ error: any Error, seconds: Double) {
        tally.note(error, of: index)
        let skipped = plan.fail(index)
        context.observer.taskFinished(graph.tasks[index].id, outcome: .failed, durationSeconds: seconds)
        report(skipped: skipped)
    }

    private func maySupersede(_ index: Int) -> Bool {
        supersessions[index, default: 0] += 1
        return supersessions[index, default: 0] <= Self.supersessionLimit
    }

    private func report(skipped: [Int]) {
        for task in skipped {
            context.observer.taskFinished(graph.tasks[task].id, outcome: .skipped, durationSeconds: 0)
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
                give(upClaimOn: wait.task)
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
        for index in claimed.keys.sorted() { give(upClaimOn: index) }
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
        _ = try requirement.get()
        return summary
    }
}
