import ContentStore
import Host

/// Computes tasks on threads of this process. The threads start with the first task.
///
/// As long as all of its tasks are light, it takes one more for each thread, so that a thread that ends a task need not
/// wait for the run's thread. After a failure and on cancellation it gives these back.
final class ThreadRunner: TaskRunner {
    private let context: RunContext
    private let slots: Int
    private var isStarted = false
    private let queue = Monitor(Queue())

    private struct Queue {
        var tasks: [RunnableTask] = []
        /// The number of waiting and running tasks.
        var count = 0
        /// The number of whole-machine tasks among them.
        var wholeMachineCount = 0
        var threads = 0
        var isClosed = false

        mutating func count(_ task: RunnableTask, by change: Int) {
            count += change
            if task.task.resources == .wholeMachine { wholeMachineCount += change }
        }

        /// Takes out the attempts that did not begin.
        mutating func giveBack() -> [RunnableTask] {
            let left = tasks.filter { !$0.isCheck }
            tasks.removeAll { !$0.isCheck }
            for task in left { count(task, by: -1) }
            return left
        }
    }

    init(_ context: RunContext) { (self.context, slots) = (context, context.options.jobs) }

    var freeSlots: Int { slots - queue.inspect { $0.count } }

    var slotsAhead: Int { queue.inspect { $0.wholeMachineCount > 0 ? 0 : 2 * slots - $0.count } }

    func start(_ task: RunnableTask) throws {
        try startThreads()
        queue.update {
            $0.tasks.append(task)
            $0.count(task, by: 1)
        }
    }

    func stop(isCancelled: Bool) {
        let left = queue.inspect { $0.giveBack() }
        if !left.isEmpty { context.events.post(left.map { .ended(.notBegun($0)) }) }
    }

    func close() {
        queue.update { $0.isClosed = true }
        queue.wait { $0.threads == 0 ? () : nil }
    }

    /// Starts the threads, possibly fewer than requested if the system has too few.
    private func startThreads() throws {
        guard !isStarted else { return }
        isStarted = true
        for number in 0..<slots {
            queue.update { $0.threads += 1 }
            do throws(HostError) {
                try ThreadTeam.start(named: "worker \(number)") { [queue, context] in
                    while let task = queue.wait(for: Self.next) {
                        let end = Self.end(of: task, context)
                        let left = queue.inspect { queue -> [RunnableTask] in
                            queue.count(task, by: -1)
                            return if case .failure = end.result { queue.giveBack() } else { [] }
                        }
                        context.events.post([.ended(end)] + left.map { .ended(.notBegun($0)) })
                    }
                    queue.update { $0.threads -= 1 }
                }
            } catch {
                queue.update { $0.threads -= 1 }
                guard number == 0 else { return }
                isStarted = false
                throw error
            }
        }
    }

    /// The next task. An inner `nil` ends the thread; an outer `nil` makes it wait.
    private static func next(_ queue: inout Queue) -> RunnableTask?? {
        if let task = queue.tasks.first {
            queue.tasks.removeFirst()
            return .some(task)
        }
        return queue.isClosed ? .some(nil) : nil
    }

    private static func end(of task: RunnableTask, _ context: RunContext) -> TaskEnd {
        let start = HostClock.monotonicSeconds()
        if task.isCheck { return check(task, context) }
        context.observer.taskStarted(task.task.id)
        var log = ""
        var attempt: Attempt?
        let result = Result {
            attempt = try context.begin(task)
            return try compute(task, StoreStorage(store: context.store, execution: context.execution), context, &log)
        }
        return TaskEnd(
            index: task.index, attempt: attempt, result: result, seconds: HostClock.monotonicSeconds() - start, log: log
        )
    }

    /// Runs the stage in a folder of its own and moves its outputs into the store.
    private static func compute(
        _ task: RunnableTask, _ storage: StoreStorage, _ context: RunContext, _ log: inout String
    ) throws -> ActionResult {
        let folder = try context.folders.take()
        var isEmpty = false
        defer { context.folders.giveBack(folder, isEmpty: isEmpty) }
        let taskContext = TaskContext(
            task: task.task.id, inputs: task.key.inputs, sources: task.task.sources, folder: folder,
            threads: context.threads(for: task.task), storage: storage, keyParts: context.options.keyParts,
            shared: context.options.shared, cancellation: context.cancellation, observer: context.observer)
        defer { log = taskContext.collected.withLock { $0.log } }
        try task.task.stage.run(taskContext)
        let outputs = try task.task.checkedOutputs(context.store.contents(ofAttemptFolder: folder)).map { name in
            let (digest, sizeBytes) = try context.store.put(movingFileWithSize: folder + "/" + name)
            return ActionOutput(name: name, digest: digest, sizeBytes: sizeBytes)
        }
        // The folder held only the outputs, which have been moved.
        isEmpty = true
        return taskContext.collected.withLock { collected in
            ActionResult(
                outputs: outputs, references: Array(collected.references),
                warnings: collected.warnings.map(context.kept))
        }
    }

    /// Recomputes a stored result and compares.
    private static func check(_ task: RunnableTask, _ context: RunContext) -> TaskEnd {
        let digest = task.key.digest
        var log = ""
        do {
            guard let stored = try context.store.lookUp([digest])[digest] else {
                throw StoreError.missingBlob(digest)
            }
            let storage = StoreStorage(store: context.store, execution: context.execution, usesMemos: false)
            let found = try compute(task, storage, context, &log)
            let differences = zip(stored.outputs, found.outputs).filter { $0.digest != $1.digest }.map {
                "\($0.name) is \($1.digest.short), stored was \($0.digest.short)"
            }
            let text =
                differences.isEmpty
                ? nil
                : "recomputed, \(task.task.id) gave other outputs: \(differences.joined(separator: "; "))"
            if let text { try context.store.note(differenceIn: digest, text) }
            return TaskEnd(index: task.index, attempt: nil, result: .success(found), kind: .checked(text), seconds: 0)
        } catch {
            return TaskEnd(index: task.index, attempt: nil, result: .failure(error), kind: .checked(nil), seconds: 0)
        }
    }
}

extension PipelineTask {
    /// The outputs in the order in which the stage declares them.
    ///
    /// - Throws: `PipelineError` if an output is missing or undeclared.
    func checkedOutputs(_ written: [String]) throws -> [String] {
        let declared = stage.outputs
        let missing = declared.filter { !written.contains($0) }
        guard missing.isEmpty else { throw PipelineError.missingOutputs(task: id, names: missing) }
        let undeclared = Set(written).subtracting(declared).sorted()
        guard undeclared.isEmpty else { throw PipelineError.undeclaredOutputs(task: id, names: undeclared) }
        return declared
    }
}
