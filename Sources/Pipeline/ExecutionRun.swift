import ContentStore
import Host
import Synchronization

/// One run of a graph. The calling thread looks tasks up and keeps the books; workers run stages; the store's
/// committing thread reports what has become durable.
final class ExecutionRun: Sendable {
    /// What the threads share.
    struct Board: Sendable {
        var plan: ExecutionPlan
        var resolver: ActionResolver
        /// Reported by the committing thread, not yet in the plan.
        var ended: [EndedTask] = []
        var checked: [CheckedTask] = []
        var isOver = false
    }

    /// A stored result that was computed again: what differs, or `nil`.
    struct CheckedTask: Sendable {
        let task: Int
        let difference: Result<String?, any Error>

        /// True if it could not be computed at all: what it is made from has been collected, or the run was to end.
        var isUndecided: Bool {
            guard case .failure(let error) = difference else { return false }
            switch error as? StoreError {
            case .missingBlob, .damagedBlob: return true
            default: return error as? PipelineError == .cancelled
            }
        }
    }

    struct EndedTask: Sendable {
        let task: Int
        let result: Result<ActionResult, any Error>
        /// 0 when the result was found and not computed.
        let durationSeconds: Double
        let wasFound: Bool
    }

    /// How many tasks are looked up together: bounds the memory that results take.
    private static let lookupLimit = 16_384
    /// How often a run looks whether other processes have finished what it waits for.
    private static let othersSeconds = 0.1
    /// How often the counts in the store are brought up to date.
    private static let countsSeconds = 0.5

    let graph: TaskGraph
    let store: ContentStore
    let options: ExecutorOptions
    let observer: any ExecutionObserver
    let cancellation: CancellationFlag
    let execution: Int64
    let folders: AttemptFolders
    let board: Monitor<Board>
    /// Of stages, by earlier runs.
    let durations: [String: Double]
    private let startSeconds = HostClock.monotonicSeconds()
    private let lastCounts = Mutex(HostClock.monotonicSeconds())

    init(
        _ graph: TaskGraph, _ store: ContentStore, _ options: ExecutorOptions, _ observer: any ExecutionObserver,
        _ cancellation: CancellationFlag
    ) throws {
        self.graph = graph
        self.store = store
        self.options = options
        self.observer = observer
        self.cancellation = cancellation
        execution = try store.beginExecution(
            command: options.command, versions: options.versions, subject: options.subject, origin: options.origin)
        folders = AttemptFolders(store: store, execution: execution)
        durations = try store.measuredDurations()
        board = Monitor(
            Board(
                plan: ExecutionPlan(
                    graph: graph, durations: durations, keepsGoing: options.keepGoing,
                    wholeMachineLimit: options.wholeMachineLimit),
                resolver: ActionResolver(graph: graph, keyParts: options.keyParts)))
    }

    func wake() { board.update { _ in } }

    func finish() throws -> ExecutionSummary {
        observer.runStarted(total: graph.count)
        var books = ExecutionBooks()
        let crew: any Crew = options.cluster.map { ClusterCrew(self, $0) } ?? WorkerCrew(self)
        defer { crew.dismiss() }
        while true {
            if cancellation.isSet { board.update { $0.plan.stop() } }
            try takeEnded(&books)
            try resolveDetermined(&books)
            let (isOver, hasReady) = board.inspect { ($0.plan.isOver, $0.plan.hasReady) }
            if isOver { break }
            if hasReady { try crew.muster() }
            try waitForNews()
            try noteCounts(books)
        }
        crew.dismiss()
        let summary = summarize(&books)
        let outcome: ExecutionOutcome =
            summary.isCancelled
            ? .cancelled
            : summary.failed + summary.skipped > 0
                ? .failed : try options.isSatisfied?(summary) ?? true ? .succeeded : .requirementMissed
        do {
            try store.endExecution(
                execution, outcome: outcome, counts: summary.counts,
                keys: board.inspect { $0.resolver.taskKeys })
        } catch {
            // A full disk, say, has failed tasks as well, and the summary tells more.
            guard summary.failed > 0 else { throw error }
        }
        try? store.removeAttemptFolder("\(store.path)/attempts/\(execution)")
        return summary
    }

    func key(of task: Int, _ inputs: [ActionInput]) -> ActionKey {
        ActionResolver.key(graph.tasks[task], inputs: inputs, keyParts: options.keyParts)
    }

    private func resolveDetermined(_ books: inout ExecutionBooks) throws {
        while true {
            let (tasks, inputs) = board.inspect { board in
                let tasks = board.plan.takeDetermined(limit: Self.lookupLimit)
                return (tasks, tasks.map { board.resolver.inputs(of: $0) })
            }
            if tasks.isEmpty { return }
            let keys = zip(tasks, inputs).map { task, inputs in key(of: task, inputs).digest }
            let lookups = try ActionLookup.lookUp(
                tasks.map { graph.tasks[$0] }, keys: keys, in: store, threads: options.cores)
            var cached: [Int] = []
            board.update { board in
                for ((task, key), lookup) in zip(zip(tasks, keys), lookups) {
                    // What is being repaired is lost, and wanted.
                    let settled = board.plan.isUnderRepair(task) ? lookup.found : lookup.settled(task, in: graph)
                    board.resolver.note(key: key, of: task)
                    if let result = settled {
                        board.resolver.note(result, of: task)
                        board.plan.resolve(task, isCached: true)
                        books.note(warnings: result.warnings, of: task)
                        cached.append(task)
                        if lookup.found != nil, isSampled(key) { board.plan.addCheck(task) }
                    } else {
                        board.plan.resolve(task, isCached: false)
                    }
                }
            }
            for task in cached { observer.taskFinished(graph.tasks[task].id, outcome: .cached, durationSeconds: 0) }
        }
    }

    private func waitForNews() throws {
        func isNews(_ board: Board) -> Bool {
            !board.ended.isEmpty || board.plan.isOver || (cancellation.isSet && !board.plan.isStopped)
        }
        let waitsForOthers = board.wait { board in
            isNews(board) ? false : board.plan.waitsForOthers ? true : nil
        }
        guard waitsForOthers else { return }
        // No process tells another one that it is done.
        board.wait(atMostSeconds: Self.othersSeconds) { isNews($0) ? () : nil }
        try askOthers()
    }

    /// Looks whether tasks that wait for other processes need to wait any longer.
    private func askOthers() throws {
        let awaited = board.inspect { $0.plan.awaited.sorted() }
        let free = try awaited.filter { task in
            try !store.isClaimed(key(of: task, board.inspect { $0.resolver.inputs(of: task) }).digest)
        }
        for task in free {
            let key = key(of: task, board.inspect { $0.resolver.inputs(of: task) }).digest
            try store.note(waiting: false, task: graph.tasks[task].id.path, action: key, execution: execution)
        }
        board.update { board in
            for task in free { board.plan.reconsider(task) }
            board.plan.machineMayBeFree()
        }
    }

    /// Tells those who look on how far the run has come.
    private func noteCounts(_ books: ExecutionBooks) throws {
        let now = HostClock.monotonicSeconds()
        let isDue = lastCounts.withLock { last in
            guard now - last >= Self.countsSeconds else { return false }
            last = now
            return true
        }
        guard isDue else { return }
        let counts = board.inspect { board in
            var counts = board.plan.counts
            counts.remainingSeconds =
                WorkEstimate(
                    graph, durations: books.durations(measuredBefore: durations), jobs: options.concurrency,
                    wholeMachineLimit: options.wholeMachineLimit
                ) { board.plan.isOpen($0) }.seconds
            return counts
        }
        try store.note(counts, execution: execution)
        observer.runAdvanced(counts)
    }

    /// True if the result of an action is in the sample to be computed again: the same in every run.
    private func isSampled(_ key: Digest) -> Bool {
        guard options.checkedShare > 0 else { return false }
        return Double(key.words.3 >> 11) / Double(1 << 53) < options.checkedShare
    }

    private func takeEnded(_ books: inout ExecutionBooks) throws {
        let ended = board.inspect { board in
            defer { board.ended = [] }
            return board.ended
        }
        for end in ended {
            let id = graph.tasks[end.task].id
            switch end.result {
            case .success(let result):
                board.update { board in
                    board.resolver.note(result, of: end.task)
                    board.plan.succeed(end.task, isCached: end.wasFound)
                }
                books.note(warnings: result.warnings, of: end.task)
                if end.wasFound {
                    observer.taskFinished(id, outcome: .cached, durationSeconds: 0)
                    continue
                }
                books.note(seconds: end.durationSeconds, of: graph.tasks[end.task].stageName)
                observer.taskFinished(id, outcome: .run, durationSeconds: end.durationSeconds)
            case .failure(PipelineError.cancelled) where cancellation.isSet || board.inspect { $0.plan.isStopped }:
                board.update { $0.plan.abandon(end.task) }
            case .failure(PipelineError.superseded(reason: _)) where books.mayLookAgain(end.task):
                // Another attempt was published first, or goes on: its result is this run's, too.
                board.update { board in
                    board.plan.await(end.task)
                    board.plan.reconsider(end.task)
                }
            case .failure(let error):
                if let producer = try producerOfLostBlob(error, end.task), books.mayRepair(producer, end.task),
                    board.update({ $0.plan.repair(producer, for: end.task) })
                {
                    continue
                }
                books.failures[end.task] = "\(error)"
                let skipped = board.update { $0.plan.fail(end.task) }
                observer.taskFinished(id, outcome: .failed, durationSeconds: end.durationSeconds)
                report(skipped: skipped)
            }
        }
    }

    /// The task whose stored result promised the blob that `error` says is lost: the nearest of those that `consumer` depends
    /// on.
    private func producerOfLostBlob(_ error: any Error, _ consumer: Int) throws -> Int? {
        let lost: Digest
        switch error as? StoreError {
        case .missingBlob(let digest), .damagedBlob(let digest, _, _): lost = digest
        default: return nil
        }
        var seen = Set([consumer])
        var reached = graph.producers(of: consumer)
        while !reached.isEmpty {
            for producer in reached where seen.insert(producer).inserted {
                let key = board.inspect { $0.resolver.key(of: producer) }.digest
                guard let result = try store.lookUp([key])[key] else { continue }
                if result.outputs.contains(where: { $0.digest == lost }) || result.references.contains(lost) {
                    return producer
                }
            }
            reached = reached.flatMap(graph.producers(of:)).filter { !seen.contains($0) }
        }
        return nil
    }

    private func report(skipped: [Int]) {
        for task in skipped { observer.taskFinished(graph.tasks[task].id, outcome: .skipped, durationSeconds: 0) }
    }

    private func summarize(_ books: inout ExecutionBooks) -> ExecutionSummary {
        report(skipped: board.inspect { $0.plan.skipRemaining() })
        return board.inspect { board in
            let checked = board.checked.filter { !$0.isUndecided }
            return ExecutionSummary(
                execution: execution, counts: board.plan.counts,
                isCancelled: cancellation.isSet && (board.plan.count(.skipped) > 0 || options.checkedShare > 0),
                checkedCount: checked.count,
                uncheckedCount: board.checked.count - checked.count,
                differences: checked.sorted { $0.task < $1.task }.compactMap { check in
                    let task = graph.tasks[check.task].id
                    switch check.difference {
                    case .success(let text): return text.map { ExecutionSummary.Failure(task: task, message: $0) }
                    case .failure(let error):
                        return ExecutionSummary.Failure(
                            task: task, message: "it could not be computed again: \(error)")
                    }
                },
                failures: books.failures.sorted { $0.key < $1.key }.map {
                    ExecutionSummary.Failure(task: graph.tasks[$0.key].id, message: $0.value)
                },
                warnings: books.warnings.sorted { $0.key < $1.key }.flatMap { task, texts in
                    texts.map { ExecutionSummary.Warning(task: graph.tasks[task].id, text: $0) }
                },
                durationSeconds: HostClock.monotonicSeconds() - startSeconds, secondsByStage: books.secondsByStage,
                resolver: board.resolver)
        }
    }
}
