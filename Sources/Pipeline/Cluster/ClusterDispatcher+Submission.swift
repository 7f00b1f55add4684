import ContentStore
import Foundation
import Host

/// What goes out to a cluster.
extension ClusterDispatcher {
    /// Submits what waits and may begin, tasks of a kind together.
    func submitDue() {
        let now = HostClock.monotonicSeconds()
        guard elements.count < options.elementLimit, now >= closedUntil else { return }
        let closed = Set(rooms.filter { now < $0.value.closedUntil }.keys)
        func isDue(_ attempt: ClusterAttempt) -> Bool {
            attempt.notBefore <= now && (closed.isEmpty || !closed.contains(ElementKind(run.graph.tasks[attempt.task])))
        }
        let due = queued.filter(isDue)
        guard !due.isEmpty else { return }
        queued.removeAll(where: isDue)
        let groups = Dictionary(grouping: due) { ElementKind(run.graph.tasks[$0.task]) }
        capacity = options.queue.capacity() ?? capacity
        for (kind, group) in groups.sorted(by: { $0.key < $1.key }) {
            let all = ElementSizes.ranges(of: group.count, in: elementCount(of: kind, group.count))
            var chunks = all.prefix(max(options.elementLimit - elements.count, 0)).map { Array(group[$0]) }
            queued += group[chunks.reduce(0) { $0 + $1.count }...]
            let limit: Int
            do throws(ClusterQueueError) {
                limit = max(try options.queue.arrayLimit(), 1)
            } catch {
                notSubmitted(Array(chunks.joined()), error)
                continue
            }
            while !chunks.isEmpty, !run.cancellation.isSet,
                case let room = rooms[kind] ?? QueueRoom(), now >= max(closedUntil, room.closedUntil)
            {
                let count = min(chunks.count, limit, room.elements)
                submit(Array(chunks[..<count]), kind)
                chunks.removeFirst(count)
            }
            // They have their turn later.
            queued += chunks.joined()
        }
    }

    private func elementCount(of kind: ElementKind, _ taskCount: Int) -> Int {
        // One that uses several processors stays alone.
        if kind.isWholeMachine { return taskCount }
        return ElementSizes(elementSeconds: options.elementSeconds)
            .elements(for: taskCount, seconds: durations[kind.stage], idleCores: capacity?.idleCores)
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

    private func submit(_ chunks: [[ClusterAttempt]], _ kind: ElementKind) {
        var chunks = chunks
        let array: ElementArray
        do {
            arrayCount += 1
            let name = "array-\(arrayCount)"
            let folder = try run.store.makeAttemptFolder(execution: run.execution, name: name)
            array = ElementArray(
                token: Self.newToken(kind.stage), count: chunks.count, folder: URL(filePath: folder).path,
                cores: kind.isWholeMachine ? options.cores : 1, avoided: avoidedNodes())
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
                folder: ElementFolder("\(array.folder)/\(number)"), avoided: array.avoided,
                expected: Dictionary(uniqueKeysWithValues: chunk.enumerated().map { ($0, $1) }))
        }
        lastChange = HostClock.monotonicSeconds()
        lastSign = lastChange
        let ids = chunks.indices.map { ElementID(token: array.token, number: $0) }
        do {
            try options.queue.submit(array)
            for id in ids { elements[id]?.isAcknowledged = true }
            rooms[kind]?.took(array.count)
        } catch .unavailable(let text) {
            // It may have been queued all the same; the queue will tell, once it answers.
            notice(text)
            closedUntil = HostClock.monotonicSeconds() + options.silentSeconds
        } catch .full(let text) {
            noRoom(for: ids, kind, text)
        } catch .rejected(let text) where !array.avoided.isEmpty {
            // There may be nobody else who can do it.
            notice(text + "; no node is left out any more")
            suspects.clear()
            for id in ids { end(id, ElementEnd(.refused, text), counting: .none(delaySeconds: 0)) }
        } catch {
            for id in ids { end(id, ElementEnd(.refused, "\(error)"), counting: .all) }
        }
    }

    /// They wait, as long as something of this run is in the queue, and otherwise for a while.
    private func noRoom(for ids: [ElementID], _ kind: ElementKind, _ text: String) {
        notice(text + "; what is left waits until some of what is queued is done")
        let isExhausted = rooms[kind, default: QueueRoom()].refused(
            ids.count, isOut: elements.count > ids.count, now: lastChange, options)
        let counting = isExhausted ? Counting.all : .noRoom
        for id in ids { end(id, ElementEnd(.refused, text), counting: counting) }
    }

    /// Begins attempts and writes down for the worker what they are.
    private func begin(_ chunk: inout [ClusterAttempt], _ array: ElementArray, _ number: Int) throws {
        let folder = "\(array.folder)/\(number)"
        try AtomicFile.createPrivateFolder(folder)
        for position in chunk.indices {
            let task = run.graph.tasks[chunk[position].task]
            // One that the queue had no room for has begun.
            if chunk[position].attempt != nil { continue }
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
}
