/// What the run's own thread writes down for the summary.
struct ExecutionBooks {
    var failures: [Int: String] = [:]
    private(set) var secondsByStage: [String: Double] = [:]
    private var tasksByStage: [String: Int] = [:]
    private(set) var warnings: [Int: [String]] = [:]
    private var repaired: Set<Repair> = []

    private var supersessions: [Int: Int] = [:]
    private static let supersessionLimit = 8

    private struct Repair: Hashable {
        let producer: Int
        let consumer: Int
    }

    mutating func note(seconds: Double, of stage: String) {
        secondsByStage[stage, default: 0] += seconds
        tasksByStage[stage, default: 0] += 1
    }

    /// Seconds that a task of each stage takes: as in this run, else as before.
    func durations(measuredBefore: [String: Double]) -> [String: Double] {
        measuredBefore.merging(secondsByStage.map { ($0.key, $0.value / Double(tasksByStage[$0.key] ?? 1)) }) { $1 }
    }

    mutating func note(warnings texts: [String], of task: Int) {
        warnings[task] = texts.isEmpty ? nil : texts
    }

    /// True if a task whose result was discarded is looked up again; a store in which that happens time and again must not make
    /// the run endless.
    mutating func mayLookAgain(_ task: Int) -> Bool {
        supersessions[task, default: 0] += 1
        return supersessions[task, default: 0] <= Self.supersessionLimit
    }

    /// True if `producer` has not yet run again for the sake of `consumer`; a disk that keeps damaging it must not make
    /// the run endless.
    mutating func mayRepair(_ producer: Int, _ consumer: Int) -> Bool {
        repaired.insert(Repair(producer: producer, consumer: consumer)).inserted
    }
}
