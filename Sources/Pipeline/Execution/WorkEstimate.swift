/// How long tasks will take, by measured durations of their stages.
public struct WorkEstimate: Sendable, Equatable {
    /// `nil` where no stage of them was measured.
    public let seconds: Double?
    /// Stages of which nothing is known, so that it will take longer; sorted.
    public let unmeasured: [String]

    /// - Parameters:
    ///   - durations: seconds that a task of each stage takes.
    ///   - isOpen: whether the task of this number is still to be done.
    ///
    /// Work is divided by the number of those who do it; it cannot take less than its longest chain.
    init(
        _ graph: TaskGraph, durations: [String: Double], jobs: Int, wholeMachineLimit: Int, isOpen: (Int) -> Bool
    ) {
        var chains = [Double](repeating: 0, count: graph.count)
        var (light, heavy) = (0.0, 0.0)
        var (measured, unmeasured): (Set<String>, Set<String>) = ([], [])
        for task in graph.order.reversed() where isOpen(task) {
            let stage = graph.tasks[task].stageName
            let own = durations[stage] ?? 0
            if durations[stage] == nil { unmeasured.insert(stage) } else { measured.insert(stage) }
            switch graph.tasks[task].resources {
            case .light: light += own
            case .wholeMachine: heavy += own
            }
            chains[task] = own + graph.consumers(of: task).reduce(0) { max($0, chains[Int($1)]) }
        }
        let shared = light / Double(max(jobs, 1)) + heavy / Double(max(wholeMachineLimit, 1))
        seconds = measured.isEmpty ? nil : max(shared, chains.max() ?? 0)
        self.unmeasured = unmeasured.sorted()
    }
}
