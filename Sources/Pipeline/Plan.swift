import ContentStore

/// What a run would do, task by task.
public struct Plan: Sendable {
    public struct Step: Sendable {
        public let task: TaskID
        public let decision: Decision
        /// `nil` while it depends on a task that will run.
        public let key: ActionKey?
    }

    public enum Decision: Sendable, Equatable {
        case cached
        case run(reasons: [RunReason])
        /// Cannot be told before this task, which will run, has.
        case dependsOn(TaskID)
    }

    /// Producers before consumers.
    public let steps: [Step]

    /// How long the tasks that are not cached will take.
    public let estimate: WorkEstimate

    /// For each task that will run for reasons of its own, those which wait for it, directly or not, and for no earlier
    /// one; in the order of the plan.
    public var causes: [(cause: Step, followers: [TaskID])] {
        var causes: [(cause: Step, followers: [TaskID])] = []
        var causeOf: [TaskID: Int] = [:]
        for step in steps {
            switch step.decision {
            case .cached: break
            case .run:
                causeOf[step.task] = causes.count
                causes.append((step, []))
            case .dependsOn(let producer):
                guard let cause = causeOf[producer] else { continue }
                causeOf[step.task] = cause
                causes[cause].followers.append(step.task)
            }
        }
        return causes
    }

    public var cachedCount: Int { steps.count { $0.decision == .cached } }
}
