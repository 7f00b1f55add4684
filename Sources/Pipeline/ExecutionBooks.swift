/// What the run's own thread writes down for the summary.
struct ExecutionBooks {
    var failures: [Int: String] = [:]
    var secondsByStage: [String: Double] = [:]
    private(set) var warnings: [Int: [String]] = [:]
    private var repaired: Set<Repair> = []

    private struct Repair: Hashable {
        let producer: Int
        let consumer: Int
    }

    mutating func note(warnings texts: [String], of task: Int) {
        warnings[task] = texts.isEmpty ? nil : texts
    }

    /// Whether `producer` has not yet run again for the sake of `consumer`; a disk that keeps damaging it must not make
    /// the run endless.
    mutating func mayRepair(_ producer: Int, _ consumer: Int) -> Bool {
        repaired.insert(Repair(producer: producer, consumer: consumer)).inserted
    }
}
