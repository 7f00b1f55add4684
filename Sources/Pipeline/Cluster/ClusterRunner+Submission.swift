import ContentStore
import Foundation
import Host

/// Submitting tasks to the cluster.
extension ClusterRunner {
    /// Submits waiting tasks that may start, grouped by kind.
    func submitDue() {
        let now = HostClock.monotonicSeconds()
        guard elements.count < options.elementLimit, now >= closedUntil else { return }
        let closed = Set(capacities.filter { now < $0.value.closedUntil }.keys)
        func isDue(_ attempt: ClusterAttempt) -> Bool {
            closed.isEmpty || !closed.contains(ElementKind(attempt.task.task))
        }
        let due = queued.filter(isDue)
        guard !due.isEmpty else { return }
        queued.removeAll(where: isDue)
        let groups = Dictionary(grouping: due) { ElementKind($0.task.task) }
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
            while !chunks.isEmpty, !context.cancellation.isSet,
                case let room = capacities[kind] ?? QueueCapacity(), now >= max(closedUntil, room.closedUntil)
            {
                let count = min(chunks.count, limit, room.elements)
                submit(Array(chunks[..<count]), kind)
                chunks.removeFirst(count)
            }
            // Resubmitted at a later call.
            queued += chunks.joined()
        }
    }

    private func elementCount(of kind: ElementKind, _ taskCount: Int) -> Int {
        // A whole-machine task gets an element of its own.
        if kind.isWholeMachine { return taskCount }
        return ElementSizes(elementSeconds: options.elementSeconds)
            .elements(for: taskCount, seconds: durations[kind.stage], idleCores: capacity?.idleCores)
    }

    /// Handles tasks that could not be submitted: retries them if the error is temporary, and fails them otherwise.
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
        let array: ElementArray
        do {
            arrayCount += 1
            let name = "array-\(arrayCount)"
            let folder = try context.store.makeAttemptFolder(execution: context.execution, name: name)
            array = ElementArray(
                token: Self.newToken(kind.stage), count: chunks.count, folder: URL(filePath: folder).path,
                cores: kind.isWholeMachine ? options.cores : 1, avoided: avoidedNodes())
            for (number, chunk) in chunks.enumerated() { try specify(chunk, array, number) }
            let submission = Submission(
                token: array.token, execution: context.execution, folder: array.folder, elementCount: array.count,
                subject: context.options.subject)
            try context.store.record(submission, folderName: name)
            submissions[array.token] = submission
        } catch {
            for attempt in chunks.joined() { finish(attempt, .failure(error), seconds: 0) }
            return
        }
        for (number, chunk) in chunks.enumerated() {
            elements[ElementID(token: array.token, number: number)] = PendingElement(
                folder: ElementFolder("\(array.folder)/\(number)"), avoided: array.avoided,
                expected: Dictionary(uniqueKeysWithValues: chunk.enumerated().map { ($0, $1) }))
        }
        lastChange = HostClock.monotonicSeconds()
        lastSign = lastChange
        let ids = chunks.indices.map { ElementID(token: array.token, number: $0) }
        do {
            try options.queue.submit(array)
            for id in ids { elements[id]?.isAcknowledged = true }
            capacities[kind]?.took(array.count)
        } catch .unavailable(let text) {
            // The array may be queued anyway. The next successful query shows it.
            notice(text)
            closedUntil = HostClock.monotonicSeconds() + options.silentSeconds
        } catch .full(let text) {
            noRoom(for: ids, kind, text)
        } catch .rejected(let text) where !array.avoided.isEmpty {
            // The excluded nodes may be the only suitable ones.
            notice(text + "; retrying without excluded nodes")
            suspects.clear()
            for id in ids { end(id, ElementEnd(.refused, text), counting: .none(delaySeconds: 0)) }
        } catch {
            for id in ids { end(id, ElementEnd(.refused, "\(error)"), counting: .all) }
        }
    }

    /// Keeps tasks waiting while the queue has no room: without limit while it holds other elements of this run,
    /// otherwise up to `patienceSeconds`.
    private func noRoom(for ids: [ElementID], _ kind: ElementKind, _ text: String) {
        notice(text + "; the remaining tasks wait until the queue has room")
        let isExhausted = capacities[kind, default: QueueCapacity()].refused(
            ids.count, isOut: elements.count > ids.count, now: lastChange, options)
        let counting = isExhausted ? Counting.all : .noRoom
        for id in ids { end(id, ElementEnd(.refused, text), counting: counting) }
    }

    /// Writes the specification of an element.
    private func specify(_ chunk: [ClusterAttempt], _ array: ElementArray, _ number: Int) throws {
        let folder = "\(array.folder)/\(number)"
        try AtomicFile.createPrivateFolder(folder)
        let policy = context.options.policy
        var spec = ElementSpec(
            program: options.version, store: URL(filePath: context.store.path).path, folder: folder,
            threads: array.cores,
            tasks: try chunk.map { attempt in
                guard let number = attempt.attempt else { fatalError("\(attempt.task.task.id) has no attempt") }
                return try TaskRecord(attempt.task.task, key: attempt.task.key, attempt: number)
            })
        (spec.timeLimitSeconds, spec.memoryLimitBytes) = (policy.timeLimitSeconds, policy.memoryLimitBytes)
        spec.elementLimitSeconds = options.elementLimitSeconds
        try spec.write()
    }

    /// A token that is unique among all arrays of all runs.
    private static func newToken(_ stage: String) -> String {
        "nominal-\(stage)-" + String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}
