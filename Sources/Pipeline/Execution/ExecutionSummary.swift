import ContentStore

/// The results of a run.
public struct ExecutionSummary: Sendable {
    public struct Failure: Sendable, Equatable {
        public let task: TaskID
        public let message: String
    }

    public struct Warning: Sendable, Equatable {
        public let task: TaskID
        public let text: String
    }

    /// The number of the run in the store.
    public let execution: Int64
    public let counts: TaskCounts
    public let isCancelled: Bool
    /// The number of stored results that were recomputed.
    public let checkedCount: Int
    /// The number of stored results that could not be recomputed because their inputs are no longer in the store.
    public let uncheckedCount: Int
    /// Recomputed results that differ from the stored ones, with the difference, in graph order.
    public let differences: [Failure]
    /// Failed tasks in graph order.
    public let failures: [Failure]
    /// Warnings of tasks that ran or were cached, in graph order.
    public let warnings: [Warning]
    public let durationSeconds: Double
    /// The total seconds of the tasks that ran, by stage.
    public let secondsByStage: [String: Double]
    let resolver: ActionResolver

    public var total: Int { counts.total }
    /// The number of tasks that ran and succeeded.
    public var run: Int { counts.run }
    public var cached: Int { counts.cached }
    public var failed: Int { counts.failed }
    /// The number of tasks that did not start because of a failure or the end of the run.
    public var skipped: Int { counts.skipped }

    public var isSuccess: Bool { failed == 0 && skipped == 0 && !isCancelled }

    /// The content of an output; `nil` if the task has no such output or did not succeed.
    public func output(of task: TaskID, named name: String) -> Digest? {
        guard let index = resolver.graph.index(of: task),
            let position = resolver.graph.tasks[index].stage.outputs.firstIndex(of: name)
        else { return nil }
        return resolver.output(position, of: index)
    }
}

extension ExecutionSummary: CustomStringConvertible {
    public var description: String {
        "\(total) tasks: \(run) run, \(cached) cached, \(failed) failed, \(skipped) skipped"
            + (isCancelled ? ", cancelled" : "")
    }
}
