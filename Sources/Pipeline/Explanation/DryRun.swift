import ContentStore

/// Explains what a run would do, and why, without running. Works on a store opened read-only.
public enum Planner {
    /// Plans a run. `keyParts`, `jobs` and `wholeMachineLimit` are as in `ExecutorOptions`. Throws `StoreError`.
    public static func plan(
        _ graph: TaskGraph, store: ContentStore, keyParts: [KeyPart] = [], jobs: Int = 1, wholeMachineLimit: Int = 1
    ) throws -> Plan {
        var resolver = ActionResolver(graph: graph, keyParts: keyParts)
        var plan = ExecutionPlan(graph: graph)
        var decisions = [Plan.Decision?](repeating: nil, count: graph.count)
        var known = [ActionKey?](repeating: nil, count: graph.count)
        while true {
            let tasks = plan.takeDetermined(limit: 2048)
            if tasks.isEmpty { break }
            let keys = tasks.map { (task: $0, key: resolver.key(of: $0)) }
            let lookups = try ActionLookup.lookUp(
                tasks.map { graph.tasks[$0] }, keys: keys.map(\.key.digest), in: store)
            for ((task, key), lookup) in zip(keys, lookups) {
                known[task] = key
                if let result = lookup.settled(task, in: graph) {
                    resolver.note(result, of: task)
                    plan.resolve(task, isCached: true)
                    decisions[task] = .cached
                } else {
                    plan.resolve(task, isCached: false)
                    decisions[task] = .run(reasons: try reasons(graph.tasks[task].id, key, lookup, store))
                }
            }
        }
        return Plan(
            steps: graph.order.map { task in
                Plan.Step(
                    task: graph.tasks[task].id, decision: decisions[task] ?? waiting(task, graph, decisions),
                    key: known[task])
            },
            estimate: WorkEstimate(
                graph, durations: try store.measuredDurations(), jobs: jobs, wholeMachineLimit: wholeMachineLimit
            ) { decisions[$0] != .cached })
    }

    /// The decision for a task that was not determined: it depends on a producer that is not cached.
    private static func waiting(_ task: Int, _ graph: TaskGraph, _ decisions: [Plan.Decision?]) -> Plan.Decision {
        guard let producer = graph.producers(of: task).first(where: { decisions[$0] != .cached }) else {
            fatalError("\(graph.tasks[task].id) was not determined although everything it needs is cached")
        }
        return .dependsOn(graph.tasks[producer].id)
    }

    private static func reasons(
        _ id: TaskID, _ key: ActionKey, _ lookup: ActionLookup, _ store: ContentStore
    ) throws -> [RunReason] {
        if case .lost(let name, _) = lookup { return [.outputMissing(name)] }
        guard let last = try store.lastKey(ofTask: id.path) else { return [.neverRan] }
        let differences = KeyDifference.between(last, RecordedKey(key))
        return differences.isEmpty ? [.resultUnusable] : differences.map { .differs($0) }
    }
}

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
