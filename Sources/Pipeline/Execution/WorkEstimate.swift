/// An estimate of the time that tasks take, from the measured durations of their stages.
public struct WorkEstimate: Sendable, Equatable {
    /// The estimated seconds; `nil` if none of the stages was measured.
    public let seconds: Double?
    /// Stages without measurements, sorted. Their time is missing from the estimate.
    public let unmeasured: [String]

    /// The total work is divided by the number of concurrent tasks. The longest chain is a lower bound.
    ///
    /// - Parameters:
    ///   - durations: Seconds per task of each stage.
    ///   - isOpen: True if the task of this number is not done yet.
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
