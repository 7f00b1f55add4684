/// What a run would do, task by task.
public struct Plan: Sendable {
    public struct Step: Sendable {
        public let task: TaskID
        public let decision: Decision
    }

    public enum Decision: Sendable, Equatable {
        case cached
        case run(reasons: [RunReason])
        /// Cannot be told before this task, which will run, has.
        case dependsOn(TaskID)
    }

    /// Producers before consumers.
    public let steps: [Step]

    public var cachedCount: Int { steps.count { $0.decision == .cached } }
}
