import ContentStore

/// What a run did.
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
    /// How many stored results were computed again.
    public let checkedCount: Int
    /// How many could not be, as what they are made from is not in the store any more.
    public let uncheckedCount: Int
    /// Of those, the ones that came out different, with what differs; in the order of the graph.
    public let differences: [Failure]
    /// In the order of the graph.
    public let failures: [Failure]
    /// Of tasks that ran and of cached ones, in the order of the graph.
    public let warnings: [Warning]
    public let durationSeconds: Double
    /// Seconds that the tasks which ran took, by stage.
    public let secondsByStage: [String: Double]
    let resolver: ActionResolver

    public var total: Int { counts.total }
    /// Tasks that ran and succeeded.
    public var run: Int { counts.run }
    public var cached: Int { counts.cached }
    public var failed: Int { counts.failed }
    /// Tasks that did not start, because of a failure or the end of the run.
    public var skipped: Int { counts.skipped }

    public var isSuccess: Bool { failed == 0 && skipped == 0 && !isCancelled }

    /// The content of an output; `nil` if the task has none of that name or did not get that far.
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
