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
