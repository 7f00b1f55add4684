import ContentStore
import Foundation

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
    private var orphans: OrphanedAttempts?
    private var arrayCount = 0
    private var jobFile: String?
    var lastQuestion = 0.0
    var lastChange = HostClock.monotonicSeconds()
    var notices: Set<String> = []
    /// Whether what ends without a record is given up.
    var isStopping = false
    /// How many tasks are looked at together: bounds the memory that they take.
    private static let queuedLimit = 16_384

    init(_ run: ExecutionRun, _ options: ClusterOptions) {
        (self.run, self.options, durations) = (run, options, run.durations)
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
        var element = FlyingElement(folder: place.folder, expected: [:])
        element.isAcknowledged = true
        // What it has done for others counts, too, for whether those are to blame whose turn has not come.
        element.hasProgressed = (try? place.folder.names())?.contains { $0.hasSuffix(".begun") } == true
        elements[place.element, default: element].expected[place.index] = adopted
    }

    // MARK: Submission

    /// Submits what waits and may begin, tasks of a kind together.
    func submitDue() {
        guard elements.count < options.elementLimit else { return }
        let now = HostClock.monotonicSeconds()
        let due = queued.filter { $0.notBefore <= now }
        guard !due.isEmpty else { return }
        queued.removeAll { $0.notBefore <= now }
        let groups = Dictionary(grouping: due) { Kind(run.graph.tasks[$0.task]) }
        let idle = options.queue.idleCores()
        for (kind, group) in groups.sorted(by: { $0.key < $1.key }) {
            let sizes = ElementSizes(elementSeconds: options.elementSeconds)
            // One that uses several processors stays alone.
            let count =
                kind.isWholeMachine
                ? group.count : sizes.elements(for: group.count, seconds: durations[kind.stage], idleCores: idle)
            let all = ElementSizes.ranges(of: group.count, in: count)
            let ranges = all.prefix(max(options.elementLimit - elements.count, 0))
            queued += group[(ranges.last?.upperBound ?? 0)...]
            let limit: Int
            do throws(ClusterQueueError) {
                limit = max(try options.queue.arrayLimit(), 1)
            } catch {
                notSubmitted(Array(group[..<(ranges.last?.upperBound ?? 0)]), error)
                continue
            }
            for start in stride(from: 0, to: ranges.count, by: limit) {
                submit(ranges[start..<min(start + limit, ranges.count)].map { Array(group[$0]) }, kind)
            }
        }
    }

    /// What could not even be asked for is tried again later, if that may help.
    private func notSubmitted(_ attempts: [ClusterAttempt], _ error: ClusterQueueError) {
        switch error {
        case .unavailable(let text):
            notice(text)
            queued += attempts
        case .rejected(let text), .full(let text):
            for attempt in attempts {
                finish(attempt, .failure(AttemptFailure(.refused, text)), seconds: 0)
            }
        }
    }

    /// Tasks that may be put together.
    private struct Kind: Hashable, Comparable {
        let stage: String
        let isWholeMachine: Bool

        init(_ task: PipelineTask) {
            (stage, isWholeMachine) = (task.stageName, task.resources == .wholeMachine)
        }

        static func < (left: Kind, right: Kind) -> Bool { left.stage < right.stage }
    }

    private func submit(_ chunks: [[ClusterAttempt]], _ kind: Kind) {
        var chunks = chunks
        let array: ElementArray
        do {
            arrayCount += 1
            let name = "array-\(arrayCount)"
            let folder = try run.store.makeAttemptFolder(execution: run.execution, name: name)
            array = ElementArray(
                token: Self.newToken(kind.stage), count: chunks.count, folder: URL(filePath: folder).path,
                cores: kind.isWholeMachine ? options.cores : 1)
            for number in chunks.indices { try begin(&chunks[number], array, number) }
            let submission = Submission(
                token: array.token, execution: run.execution, folder: array.folder, elementCount: array.count,
                subject: run.options.subject)
            try run.store.record(submission, folderName: name)
            submissions[array.token] = submission
        } catch {
            for attempt in chunks.joined() { finish(attempt, .failure(error), seconds: 0) }
            return
        }
        for (number, chunk) in chunks.enumerated() {
            elements[ElementID(token: array.token, number: number)] = FlyingElement(
                folder: ElementFolder("\(array.folder)/\(number)"),
                expected: Dictionary(uniqueKeysWithValues: chunk.enumerated().map { ($0, $1) }))
        }
        lastChange = HostClock.monotonicSeconds()
        do {
            try options.queue.submit(array)
            for number in chunks.indices {
                elements[ElementID(token: array.token, number: number)]?.isAcknowledged = true
            }
        } catch .unavailable(let text) {
            // It may have been queued all the same; the queue will tell, once it answers.
            notice(text)
        } catch .full(let text) {
            notice(text + "; what is left waits until some of what is queued is done")
            for number in chunks.indices {
                end(ElementID(token: array.token, number: number), .refused, text, counting: .none)
            }
        } catch {
            for number in chunks.indices {
                end(ElementID(token: array.token, number: number), .refused, "\(error)", counting: .all)
            }
        }
    }

    /// Begins attempts and writes down for the worker what they are.
    private func begin(_ chunk: inout [ClusterAttempt], _ array: ElementArray, _ number: Int) throws {
        let folder = "\(array.folder)/\(number)"
        try AtomicFile.createPrivateFolder(folder)
        for position in chunk.indices {
            let task = run.graph.tasks[chunk[position].task]
            chunk[position].attempt = try run.store.beginAttempt(
                chunk[position].key, execution: run.execution, task: task.id.path,
                lastAttempt: chunk[position].lastAttempt)
            // Later ones are looked up.
            chunk[position].lastAttempt = nil
        }
        let policy = run.options.policy
        let spec = ElementSpec(
            program: options.version, job: try jobPath(), store: URL(filePath: run.store.path).path, folder: folder,
            threads: array.cores, timeLimitSeconds: policy.timeLimitSeconds, memoryLimitBytes: policy.memoryLimitBytes,
            elementLimitSeconds: options.elementLimitSeconds,
            tasks: chunk.map { attempt in
                ElementSpec.Task(
                    task: run.graph.tasks[attempt.task].id.path, key: attempt.key.digest.hex,
                    attempt: attempt.attempt?.number ?? 0,
                    inputs: attempt.key.inputs.map { WorkerSpec.Input(name: $0.name, digest: $0.digest.hex) },
                    outputs: run.graph.tasks[attempt.task].stage.outputs)
            })
        try AtomicFile.writePrivate(
            Array(try JSONEncoder().encode(spec)), to: "\(folder)/\(ElementSpec.fileName)")
    }

    /// The file that tells the workers what the job is; written when it is first needed.
    private func jobPath() throws -> String {
        if let jobFile { return jobFile }
        let folder = try run.store.makeAttemptFolder(execution: run.execution, name: "job")
        let path = URL(filePath: folder + "/job.json").path
        try AtomicFile.writePrivate(options.job, to: path)
        jobFile = path
        return path
    }

    /// No other array has it, of whatever run.
    private static func newToken(_ stage: String) -> String {
        "nominal-\(stage)-" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    private func adoptOrphans() {
        if orphans == nil { orphans = try? OrphanedAttempts(run.store) }
    }

    /// At the end of the run: closes the arrays of runs of the same job that have died. Those of other jobs are theirs.
    func closeOrphans() {
        adoptOrphans()
        let adopted = orphans?.submissions ?? []
        let own = adopted.filter { $0.subject == run.options.subject }
        if !own.isEmpty { try? options.queue.cancel(own.map(\.token), onlyPending: false) }
        for submission in own { try? run.store.close(submission) }
        run.store.giveUp(adopted: adopted)
        orphans = nil
    }

    /// Tells something once.
    func notice(_ text: String) {
        if notices.insert(text).inserted { run.observer.clusterNoticed(text) }
    }
}
