import ContentStore

/// The decisions of a dry run, task by task.
public struct Plan: Sendable {
    public struct Step: Sendable {
        public let task: TaskID
        public let decision: Decision
        /// The action key; `nil` while it depends on a task that will run.
        public let key: ActionKey?
    }

    public enum Decision: Sendable, Equatable {
        case cached
        case run(reasons: [RunReason])
        /// Unknown until this task, which will run, has finished.
        case dependsOn(TaskID)
    }

    /// All tasks, producers before consumers.
    public let steps: [Step]

    /// The estimated time of the tasks that are not cached.
    public let estimate: WorkEstimate

    /// Tasks that will run for reasons of their own, in plan order. Each has the tasks that wait for it directly or
    /// indirectly and for no earlier cause.
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

/// The reason why a task has to run.
public enum RunReason: Sendable, Equatable {
    case neverRan
    /// The result is known, but the blob of this output, or one that the output refers to, is missing.
    case outputMissing(String)
    case differs(KeyDifference)
    /// The key equals that of the last success, but the stage now declares other outputs, so its result is unusable.
    case resultUnusable
}

extension RunReason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .neverRan: "it never ran"
        case .outputMissing(let name): "its output \(name) is missing from the store"
        case .differs(let difference): difference.description
        case .resultUnusable: "its stage declares other outputs than it did"
        }
    }
}
